import type { Redactor } from "../events/redactor.ts";
import type { AutoCheckpointOptions } from "./auto-checkpoint.ts";
import type { CallPolicy } from "../actors/call-policy.ts";
import type { RetryProvider } from "../ports/retry.ts";
import type { Aliases } from "./aliases.ts";
import type { RunRetry } from "./run-retry.ts";

/** Looks up the value of a secret: what `secrets` of `createReprise` does. */
export type SecretResolver = (name: string) => string | Promise<string>;

/** What holds for every call of a run in this process. */
export interface EngineOptions extends Pick<CallPolicy, "onInputChange" | "onVersionChange" | "onUnknownOutcome"> {
  readonly allowRepeat: ReadonlySet<string>;
  readonly maxLost: number;
  readonly graceMs: number;
  /** There is a backend that keeps the run. */
  readonly kept: boolean;
  /** It is listed as something else than it is, as after a crash: where there is nothing else to record, that is put right. */
  readonly misListed?: boolean;
  /** A sleep that is due later than this, in ms, is waited for without a process. */
  readonly suspendAfterMs: number;
  readonly autoCheckpoint: AutoCheckpointOptions | undefined;
  /** Gives the value of a secret. */
  readonly secrets: SecretResolver | undefined;
  readonly redactor: Redactor | undefined;
  readonly retry: RetryProvider | undefined;
  readonly aliases: Aliases;
  /** The retry settings that this process gave the run. */
  readonly runRetry: RunRetry | undefined;
}
