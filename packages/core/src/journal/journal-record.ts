import type * as z from "zod/mini";
import type { ArtifactReference } from "../actors/artifacts.ts";
import type { RetrySettings } from "../actors/call-policy.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { ErrorRecord } from "../values/error-record.ts";
import type { recordSchemas } from "./records.ts";

type Shape<K extends keyof typeof recordSchemas> = z.infer<(typeof recordSchemas)[K]>;
/** The stored shape with encoded values in place of their trees. */
type WithValues<S, Values> = Omit<S, keyof Values> & Values;

/** One write of a call: what it did to a key of the storage (rule S1), or the artifact it put under a name (rule S2). */
export type StorageWrite =
  | readonly [key: string, kind: "s", value: EncodedValue | number]
  | readonly [key: string, kind: "a", amount: number]
  | readonly [key: string, kind: "d"]
  | readonly [name: string, kind: "r", reference: ArtifactReference];

/** The call that `execute` began, where it is not visible. */
export interface HiddenRoot {
  readonly a: string;
  readonly i?: EncodedValue;
}

export type RunRecord = WithValues<
  Shape<"run">,
  { readonly meta?: EncodedValue; readonly retry?: RetrySettings; readonly root?: HiddenRoot; readonly pins?: readonly (readonly [address: string, value: EncodedValue])[] }
>;
export type SessionRecord = WithValues<Shape<"session">, { readonly retry?: RetrySettings }>;
export type StartedRecord = WithValues<Shape<"started">, { readonly i?: EncodedValue }>;
export type RestartedRecord = WithValues<Shape<"restarted">, { readonly i?: EncodedValue }>;
export type ExpiredRecord = Shape<"expired">;
export type CompletedRecord = WithValues<Shape<"completed">, { readonly v?: EncodedValue; readonly w?: readonly StorageWrite[] }>;
export type FailedRecord = WithValues<Shape<"failed">, { readonly e: ErrorRecord }>;
export type RetryingRecord = Shape<"retrying">;
export type AwaitingRecord = WithValues<Shape<"awaiting">, { readonly prompt?: EncodedValue }>;
export type RejectedRecord = Shape<"rejected">;
export type MessageRecord = WithValues<Shape<"message">, { readonly v?: EncodedValue }>;
export type NowRecord = Shape<"now">;
export type CancelledRecord = Shape<"cancelled">;
export type InterruptedRecord = Shape<"interrupted">;
export type InterruptionRecord = Shape<"interruption">;
export type StorageRecord = WithValues<Shape<"storage">, { readonly w: readonly StorageWrite[] }>;
export type CheckpointRecord = WithValues<Shape<"checkpoint">, { readonly meta?: EncodedValue }>;
export type CutRecord = WithValues<Shape<"cut">, { readonly meta?: EncodedValue }>;
export type SealedRecord = Shape<"sealed">;
export type ReceivedRecord = Shape<"received">;
export type GoneRecord = Shape<"gone">;

/** A record as the program holds it; `records.ts` says what the fields mean. */
export type JournalRecord =
  | RunRecord
  | SessionRecord
  | StartedRecord
  | RestartedRecord
  | ExpiredRecord
  | CompletedRecord
  | FailedRecord
  | RetryingRecord
  | AwaitingRecord
  | RejectedRecord
  | MessageRecord
  | NowRecord
  | CancelledRecord
  | InterruptedRecord
  | InterruptionRecord
  | StorageRecord
  | CheckpointRecord
  | CutRecord
  | SealedRecord
  | ReceivedRecord
  | GoneRecord;
