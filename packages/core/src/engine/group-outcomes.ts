import type { BranchOutcome, StreamedOutcome } from "../actors/groups.ts";
import { CancelledError } from "../errors/call-errors.ts";
import type { CallNode } from "../history/call-node.ts";
import type { Call } from "./call.ts";
import { outcomeOfBranch } from "./group-outcome.ts";
import { OutcomeReader } from "./outcome-reader.ts";

type Told = { readonly seq: number; readonly outcome: StreamedOutcome<unknown> };
type Reader = OutcomeReader<StreamedOutcome<unknown>>;
/** Tells at the place of a record, or a fraction behind it. */
type Through = (seq: number, tell: () => void, ready?: Promise<unknown>, behind?: number) => void;

/**
 * What one use of a group tells those who stream it. Whoever comes late is told through the gate, each outcome at its place, as is one
 * who streams a group that is reused as a whole: the order is that of the record, whenever it is asked for (rule R2).
 */
export class GroupOutcomes {
  /** By position. */
  readonly #names: readonly (string | undefined)[];
  readonly #told: Told[] = [];
  readonly #readers = new Set<Reader>();
  readonly #leaving: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  #call: Call | undefined;
  #end: { readonly error: Error | undefined; readonly stopped: boolean } | undefined;
  /** Ends the code of the group, while it runs. */
  close: (() => void) | undefined;

  constructor(names: readonly (string | undefined)[]) {
    this.#names = names;
  }

  /** The group was called. */
  begun(call: Call): void {
    this.#call = call;
    for (const reader of this.#readers) this.#replay(call, reader);
  }

  /** The outcome of a branch has been released. */
  tell(index: number, branch: CallNode, outcome: BranchOutcome<unknown>): void {
    const told = this.#streamed(index, outcome);
    this.#told.push({ seq: branch.endSeq, outcome: told });
    for (const reader of this.#readers) reader.take(told);
  }

  /** The outcome of the group has been released; or `stopped`: there is none, for the run or the scope has ended. */
  end(error: Error | undefined, stopped: boolean): void {
    this.#end = { error, stopped };
    for (const reader of this.#readers) reader.end(error);
    for (const { resolve, reject } of this.#leaving.splice(0)) if (stopped && error !== undefined) reject(error); else resolve();
  }

  stream(): Reader {
    const reader: Reader = new OutcomeReader(() => this.#leave(reader));
    const call = this.#call;
    this.#readers.add(reader);
    const stopped = this.#end?.stopped === true ? this.#end.error : call?.engine.stopped;
    if (stopped !== undefined) reader.end(stopped);
    else if (call !== undefined) this.#replay(call, reader);
    return reader;
  }

  /** What had come before there was this reader. */
  #replay(call: Call, reader: Reader): void {
    const { engine, scope, node } = call;
    const through: Through = (seq, tell, ready, behind = 0) => {
      const release = (): void => {
        engine.turn = scope;
        tell();
      };
      engine.gate.push(engine.placeOf(scope, seq) + behind, release, ready);
    };
    for (const { seq, outcome } of this.#told) through(seq, () => reader.take(outcome));
    // Its code will not ask for its branches: they are in the record.
    if (call.beside === undefined && !call.ran && (call.replayed || node.expired !== undefined)) this.#replayRecorded(call, reader, through);
    const end = this.#end;
    if (end !== undefined) through(node.endSeq, () => reader.end(end.error));
  }

  #replayRecorded(call: Call, reader: Reader, through: Through): void {
    const { node, spec, engine } = call;
    const ended = [...(spec.branchesOf?.(node) ?? []).entries()].flatMap(([index, branch]) => (branch?.state === "completed" || branch?.state === "failed" ? [{ index, branch }] : []));
    // A group that was opened again told of what it reused then, not when that had ended.
    const reused = ended.filter(({ branch }) => branch.endSeq < node.opening).toSorted((one, other) => one.branch.endSeq - other.branch.endSeq);
    // Behind the opening, in order, and before the half of a seq behind it where a limit has its place.
    const behindOpening = new Map(reused.map(({ branch }, rank) => [branch, (rank + 1) / (2 * reused.length + 2)]));
    for (const { index, branch } of ended) {
      const behind = behindOpening.get(branch);
      const seq = behind === undefined ? branch.endSeq : node.opening;
      let outcome: ReturnType<typeof outcomeOfBranch>;
      try {
        outcome = outcomeOfBranch(spec, branch, engine.values);
      } catch {
        // The group as a whole is refused for the same reason, and stops the run.
        return;
      }
      const take = (settled: BranchOutcome<unknown>): void => {
        if (!settled.ok) engine.origins.set(settled.error, branch);
        reader.take(this.#streamed(index, settled));
      };
      if (!(outcome instanceof Promise)) {
        const settled = outcome;
        through(seq, () => take(settled), undefined, behind);
        continue;
      }
      let settled: BranchOutcome<unknown> | undefined;
      const ready = outcome.then((value) => (settled = value), () => undefined);
      through(seq, () => settled && take(settled), ready, behind);
    }
  }

  /** A stream that is left early ends its group; what is open in it has the grace to end. */
  #leave(reader: Reader): Promise<void> {
    this.#readers.delete(reader);
    const call = this.#call;
    if (this.#end !== undefined || call === undefined) return Promise.resolve();
    const ended = new Promise<void>((resolve, reject) => this.#leaving.push({ resolve, reject }));
    ended.catch(() => undefined);
    call.abort(new CancelledError(call.node.address, "its stream was left"));
    if (call.abortReason !== undefined) this.close?.();
    return ended;
  }

  #streamed(index: number, outcome: BranchOutcome<unknown>): StreamedOutcome<unknown> {
    return { index, key: this.#names[index], ...outcome };
  }
}
