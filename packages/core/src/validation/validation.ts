import type { Call } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { Scope } from "../engine/scope.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import type { CallNode } from "../history/call-node.ts";
import { treeOf, type Outcome } from "./compare-outcomes.ts";
import { validationReport, type ValidatedOutcome, type ValidationEntry, type ValidationReport } from "./validation-report.ts";

/** What is known of a run while it is validated. */
export class Validation {
  /** Leaves get the input the code now passes, callers the new outcome. */
  readonly live: boolean;
  /** Seq of the last record that is really recorded. */
  readonly #lastSeq: number;
  readonly #entries = new Map<CallNode, ValidationEntry>();
  readonly #current = new Map<CallNode, Outcome>();
  /** Calls that the record begins and does not end, or that it does not reach. */
  readonly #beyond = new Set<Call>();
  readonly #extra = new WeakSet<CallNode>();
  #judging = false;

  constructor(settings: { readonly live: boolean; readonly lastSeq: number }) {
    this.live = settings.live;
    this.#lastSeq = settings.lastSeq;
  }

  /** Had this call begun when the run was opened? */
  isRecorded({ begun }: CallNode): boolean {
    return begun <= this.#lastSeq;
  }

  /** Writes down what was found of a call. */
  add(node: CallNode, entry: Omit<ValidationEntry, "address" | "type" | "call">, current?: Outcome): void {
    this.#entries.set(node, { address: node.address, type: node.type, call: node.id, ...entry });
    if (current) this.#current.set(node, current);
  }

  /** How a call ended now; undefined if it is not known otherwise than from its record. */
  currentOf(node: CallNode): Outcome | undefined {
    return this.#current.get(node);
  }

  /** The value of a call as it is now. */
  readonly currentTree = (node: CallNode): unknown => {
    const current = this.live ? this.#current.get(node) : undefined;
    return current !== undefined && "value" in current ? current.value : treeOf(node.value, this.currentTree);
  };

  /** A call that is not recorded was made. */
  addExtra(node: CallNode): void {
    this.#extra.add(node);
    this.add(node, { status: "extra", differences: [], versionChanged: false });
  }

  /** Has the open code of a recorded call come to where its record ends? Its attempt may even have begun behind it. */
  endsIn(scope: Scope): boolean {
    const { node } = scope;
    return node?.state === "open" && node.id <= this.#lastSeq && (node.opening > this.#lastSeq || leftIn(scope).length === 0);
  }

  /**
   * The place of a live record in the gate. What happens inside code whose end is recorded happened before that end, and the
   * end keeps its place in the gate until the code has ended: what is live inside it passes just before.
   */
  placeOf(scope: Scope, seq: number): number {
    if (seq <= this.#lastSeq) return seq;
    for (let around: Scope | undefined = scope; around !== undefined; around = around.call?.scope) {
      const end = around.node?.endSeq ?? 0;
      if (end > 0 && end <= this.#lastSeq) return end - 1 / (2 + seq - this.#lastSeq);
    }
    return seq;
  }

  /** A call whose outcome the record does not hold: it waits until nothing else can happen. */
  addBeyond(call: Call): void {
    this.#beyond.add(call);
    this.judge(call.engine);
  }

  /** Ends the run once all that is left to happen lies beyond its record. */
  judge(engine: Engine): void {
    if (this.#beyond.size === 0 || this.#judging) return;
    this.#judging = true;
    engine.system.yield(() => {
      this.#judging = false;
      const [first] = this.#beyond;
      if (first === undefined || engine.stopped !== undefined || !this.#isStuck(engine.top)) return;
      engine.stop(new RepriseError("RECORD_ENDED", `${first.node.address}: the record of run ${engine.stateId} ends before its outcome; it is validated as far as it reaches`, { stateId: engine.stateId, address: first.node.address }));
    });
  }

  #isStuck(scope: Scope): boolean {
    return scope.open.size > 0 && [...scope.open].every((call) => this.#beyond.has(call) || (call.inner !== undefined && this.#isStuck(call.inner)));
  }

  /** What has been found so far; records that were not asked for are missing where the code that should have asked has ended. */
  report(engine: Engine, ended: boolean): ValidationReport {
    const missing = [...engine.reporting.values()].filter((scope) => (scope.node === undefined ? ended : scope.closing && scope.node.endSeq > 0 && scope.node.endSeq <= this.#lastSeq));
    const entries = [...this.#entries].flatMap(([node, entry]) => (entry.status === "extra" ? this.#extraEntry(node, entry) : [entry]));
    return validationReport(engine.stateId, [...entries, ...missing.flatMap(missingIn)].toSorted((one, other) => one.call - other.call));
  }

  /** Of what an extra call has below it, the call itself is the line of the report. */
  #extraEntry(node: CallNode, entry: ValidationEntry): ValidationEntry[] {
    if (node.parent !== undefined && this.#extra.has(node.parent)) return [];
    return [node.state === "open" || node.state === "retrying" ? entry : { ...entry, current: recordedOutcome(node) }];
  }
}

// Where code was opened again it is not known which of the earlier records it asked for.
function leftIn({ matcher, opening }: Scope): CallNode[] {
  return matcher.unvisited().filter((node) => Math.max(node.opening, node.endSeq) > opening);
}

function missingIn(scope: Scope): ValidationEntry[] {
  return leftIn(scope)
    .filter((node) => node.state !== "open" && node.state !== "retrying")
    .map((node) => ({ address: node.address, type: node.type, call: node.id, status: "missing", differences: [], recorded: recordedOutcome(node), versionChanged: false }));
}

/** How the record says a call ended. */
export function recordedOutcome(node: CallNode): ValidatedOutcome {
  if (node.state === "failed" && node.error) return { error: node.error };
  return node.state === "completed" ? { value: treeOf(node.value) } : { cancelled: node.reason ?? "" };
}
