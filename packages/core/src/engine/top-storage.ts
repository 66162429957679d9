import type { CallNode } from "../history/call-node.ts";
import type { StorageJoin } from "../history/fold.ts";
import type { StorageWrite } from "../journal/journal-record.ts";
import { StorageView } from "./storage-view.ts";

/**
 * The storage at the top of a run. People who look at a loaded run see all that was recorded; a call sees what had joined
 * before it was made, so that an open one goes the way it went, and a new one sees everything (rule S1).
 */
export class TopStorage {
  /** What `state.storage` shows. */
  readonly shown = new StorageView(undefined);
  /** What had been recorded, and above it what is written in this process: that is newer, whenever it is caught up with. */
  readonly #past = new StorageView(undefined);
  /** What calls see. */
  readonly seen = new StorageView(this.#past);
  readonly #recorded: readonly StorageJoin[];
  readonly #joined = new Set<CallNode>();
  #next = 0;

  constructor(recorded: readonly StorageJoin[]) {
    this.#recorded = [...recorded];
    for (const { writes } of recorded) this.shown.join(writes);
  }

  /** A call with this record, or a new one, is about to run: what had joined before it was made is there. */
  catchUp(call: CallNode | undefined): void {
    for (; this.#next < this.#recorded.length; this.#next += 1) {
      const join = this.#recorded[this.#next];
      if (join === undefined || (call !== undefined && join.seq > call.begun)) return;
      if (join.call === undefined) this.#past.join(join.writes);
      else this.release(join.call, true);
    }
  }

  /** The outcome of a call at the top was released. */
  release(call: CallNode, recorded: boolean, writes = call.writes): void {
    if (this.#joined.has(call)) return;
    this.#joined.add(call);
    (recorded ? this.#past : this.seen).join(writes);
    if (!recorded) this.shown.join(writes);
  }

  /** Something was written outside any actor. */
  write(write: StorageWrite): void {
    this.seen.join([write]);
  }
}
