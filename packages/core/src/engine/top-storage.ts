import type { CallNode } from "../history/call-node.ts";
import type { StorageJoin } from "../history/fold.ts";
import type { StorageWrite } from "../journal/journal-record.ts";
import { isDue, type Pass } from "./incremental.ts";
import { StorageView } from "./storage-view.ts";

/** Writes that joined at the top, and the call they are of; undefined for those made outside any actor. */
type Join = Pick<StorageJoin, "call" | "writes">;

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
  readonly #pass: Pass | undefined;
  /** Recorded, and not caught up with. */
  #waiting: StorageJoin[];
  #caughtUp: Join[] = [];
  #written: Join[] = [];
  readonly #joined = new Set<CallNode>();

  constructor(recorded: readonly StorageJoin[], pass: Pass | undefined) {
    this.#pass = pass;
    this.#waiting = [...recorded];
    for (const { writes } of recorded) this.shown.join(writes);
  }

  /** A call with this record, or a new one, is about to run: what had joined before it was made is there. */
  catchUp(call: CallNode | undefined): void {
    for (const join of this.#takeReady(call)) {
      if (join.call === undefined) this.#catchUp(join);
      else this.release(join.call, true);
    }
  }

  /** The outcome of a call at the top was released. */
  release(call: CallNode, recorded: boolean, writes = call.writes): void {
    if (writes.length === 0 || this.#joined.has(call)) return;
    this.#joined.add(call);
    if (recorded) return this.#catchUp({ call, writes });
    this.#written.push({ call, writes });
    this.seen.join(writes);
    this.shown.join(writes);
  }

  /** Something was written outside any actor. */
  write(write: StorageWrite): void {
    this.#written.push({ call: undefined, writes: [write] });
    this.seen.join([write]);
  }

  /** A call at the top begins again: what it had written is no longer so, and joins when it has ended again. */
  withdraw(call: CallNode): void {
    const isOf = (join: Join): boolean => join.call === call;
    if (![this.#waiting, this.#caughtUp, this.#written].some((joins) => joins.some(isOf))) return;
    this.#joined.delete(call);
    this.#waiting = this.#waiting.filter((join) => !isOf(join));
    this.#caughtUp = this.#caughtUp.filter((join) => !isOf(join));
    this.#written = this.#written.filter((join) => !isOf(join));
    this.#past.rebuild(this.#caughtUp);
    this.seen.rebuild(this.#written);
    this.shown.rebuild([...this.#caughtUp, ...this.#waiting, ...this.#written]);
  }

  /** In order; without a pass they are the first ones. */
  #takeReady(call: CallNode | undefined): StorageJoin[] {
    if (this.#pass === undefined) {
      const later = this.#waiting.findIndex((join) => !isBefore(join, call, undefined));
      return this.#waiting.splice(0, later < 0 ? this.#waiting.length : later);
    }
    const ready = this.#waiting.filter((join) => isBefore(join, call, this.#pass));
    if (ready.length > 0) this.#waiting = this.#waiting.filter((join) => !isBefore(join, call, this.#pass));
    return ready;
  }

  #catchUp(join: Join): void {
    this.#caughtUp.push(join);
    this.#past.join(join.writes);
  }
}

/** Where a pass goes over recorded calls, what it has made before counts as well. */
function isBefore({ seq }: StorageJoin, call: CallNode | undefined, pass: Pass | undefined): boolean {
  if (call === undefined || seq <= call.begun) return true;
  return pass !== undefined && seq > pass.since && (isDue(pass, call) || seq < call.opening);
}
