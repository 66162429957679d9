import type { Message, StateHead, StateHeader } from "@reprise/core/spi";
import type { RecordLog } from "./record-log.ts";

/** A run while it exists. Removing a run and using its id again makes a new object, which is how old writers notice. */
export interface MemoryRun {
  readonly stateId: string;
  /** The epoch of the newest writer. */
  epoch: number;
  header: StateHeader;
  readonly records: RecordLog;
  /** Those not acknowledged, oldest first. */
  readonly messages: Message[];
  /** Called whenever a message was posted. */
  readonly listeners: Set<() => void>;
  /** Undefined while nobody may extend the run. */
  holder: Holder | undefined;
}

/** Who may extend a run. */
export interface Holder {
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** Everything one backend keeps. */
export interface MemoryStore {
  readonly runs: Map<string, MemoryRun>;
  /** Last epoch of removed runs: epochs must keep growing if an id is used again. */
  readonly removedEpochs: Map<string, number>;
}

/** The run as `list` and `head` show it. */
export function headOf(run: MemoryRun): StateHead {
  return {
    ...run.header,
    tags: [...run.header.tags],
    stateId: run.stateId,
    lastSeq: run.records.length,
    epoch: run.epoch,
    lease: run.holder === undefined ? "none" : "live",
  };
}

/** A message whose bytes nobody else holds. */
export function copyOfMessage({ id, bytes }: Message): Message {
  return { id, bytes: new Uint8Array(bytes) };
}
