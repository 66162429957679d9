import type { ArtifactReference } from "../actors/artifacts.ts";
import type { EventType, ExecutionStatus, StateStatus } from "../events/event-type.ts";
import type { InterruptSignal } from "../events/interrupt-signal.ts";
import type { StateMetadata } from "../runs/execution-state.ts";
import type { Lineage } from "../history/fold.ts";
import type { ErrorRecord } from "../values/error-record.ts";

/** One call as a snapshot shows it. Values are as they are recorded; what does not apply is absent. */
export interface CallSnapshot {
  /** Seq of its first record. */
  readonly call: number;
  /** `call` of the enclosing call; absent at the top of the run. */
  readonly parent?: number;
  readonly address: string;
  readonly type: EventType;
  readonly name: string;
  readonly status: ExecutionStatus;
  /** How many attempts have begun. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  readonly endedAt?: number;
  /** The actor's version. */
  readonly version?: string;
  /** Absent for undefined. */
  readonly input?: unknown;
  /** Of a completed call; absent for undefined. */
  readonly value?: unknown;
  /** Of a failed call, and of one whose next attempt is due. */
  readonly error?: ErrorRecord;
  /** Of a cancelled or interrupted call. */
  readonly reason?: string;
  /** While another attempt is due: when, in ms since the epoch. */
  readonly dueAt?: number;
}

/** One checkpoint of a run. */
export interface CheckpointSummary {
  /** Its position: what `snapshot(stateId, seq)` takes. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly status: StateStatus;
  /** The run's metadata as they were from then on; fields of your own as they are recorded. */
  readonly metadata: StateMetadata;
  /** By `autoCheckpoint`; of these only the last `keep` are listed. */
  readonly automatic?: true;
}

/**
 * A run folded up to a position: plain data, deeply frozen, safe to print, send and store as JSON. Inputs, values and what is
 * in the storage stand as they are recorded: plain values as themselves, what JSON does not know with a tag
 * (`{ "$d": 1700000000000 }` is a Date); `createCodec().decode(…)` gives the value.
 */
export interface StateSnapshot {
  readonly stateId: string;
  /** Seq of the last record in it. */
  readonly seq: number;
  /** When that was recorded, in ms since the epoch. */
  readonly at: number;
  readonly status: StateStatus;
  /** Of an interrupted run: what it was interrupted with. */
  readonly interruption?: InterruptSignal;
  /** Fields of your own as they are recorded. */
  readonly metadata: StateMetadata;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
  /** Of a fork: where it comes from. */
  readonly lineage?: Lineage;
  /** In the order of their first records. */
  readonly calls: readonly CallSnapshot[];
  readonly storage: Readonly<Record<string, unknown>>;
  /** Where the contents of the artifacts are, by name. */
  readonly artifacts: Readonly<Record<string, ArtifactReference>>;
  /** In the order in which they were saved. */
  readonly checkpoints: readonly CheckpointSummary[];
}
