import type { Actor } from "../actors/actor.ts";
import type { CallNode } from "../history/call-node.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { Call, CallSpec, TaskCode } from "./call.ts";
import { BranchValues, GroupFailure } from "./group-outcome.ts";
import type { GroupOutcomes } from "./group-outcomes.ts";
import { isDue } from "./incremental.ts";
import { issue } from "./issue.ts";
import { waits } from "./quiescence.ts";
import { recordedBranches } from "./recorded-branches.ts";
import type { Scope } from "./scope.ts";

/** A group as its caller described it, checked. */
export interface GroupPlan {
  readonly name: string;
  /** What the branch at this position is. */
  readonly branch: (position: number) => CallSpec;
  /** The actor that every branch calls, if they do. */
  readonly work: Actor<never, unknown> | undefined;
  /** Of `parallel`: what tells the code of each task. */
  readonly tasks: readonly TaskCode[] | undefined;
  /** As they stand in addresses; undefined if the branches go by position. */
  readonly keys: readonly string[] | undefined;
  readonly maxWorkers: number;
  readonly failFast: boolean;
  /** Who streams it. */
  readonly outcomes: GroupOutcomes;
}

/** A group is a call whose code is the engine's: it starts branches, a few at a time (rule P1). */
export function groupSpec(plan: GroupPlan, items: EncodedValue): CallSpec {
  return {
    type: "group",
    name: plan.name,
    actor: undefined,
    outputSchema: plan.work?.outputSchema,
    work: plan.work,
    ...(plan.tasks && { tasks: plan.tasks }),
    workers: plan.maxWorkers,
    branchesOf: (node) => recordedBranches(node, items.items(), plan.keys),
    code: (_input, scope) => new Promise((resolve, reject) => new GroupRun(plan, scope, items, resolve, reject).begin()),
  };
}

class GroupRun {
  readonly #plan: GroupPlan;
  readonly #scope: Scope;
  readonly #items: readonly EncodedValue[];
  /** The group's record holds these very items, so that branches can refer to them by position. */
  readonly #recorded: boolean;
  readonly #resolve: (values: BranchValues) => void;
  readonly #reject: (failure: GroupFailure) => void;
  readonly #calls: (Call | undefined)[];
  readonly #values: unknown[];
  #next = 0;
  #running = 0;
  /** Those of them whose outcome comes from the record: they hold their slots until it is released. */
  readonly #replaying = new Set<Call>();
  #left: number;
  readonly #ends = { completed: 0, failed: 0, cancelled: 0, recovered: 0 };

  constructor(plan: GroupPlan, scope: Scope, items: EncodedValue, resolve: (values: BranchValues) => void, reject: (failure: GroupFailure) => void) {
    this.#plan = plan;
    this.#scope = scope;
    this.#items = items.items();
    this.#recorded = scope.node?.input === items || scope.node?.input?.canonical === items.canonical;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#calls = this.#items.map(() => undefined);
    this.#values = this.#items.map(() => undefined);
    this.#left = this.#items.length;
  }

  begin(): void {
    const { call } = this.#scope;
    if (call !== undefined) call.branches = () => this.#calls.map((branch) => branch?.node);
    this.#plan.outcomes.close = () => {
      if (this.#left > 0) this.#finish();
    };
    this.#scope.engine.groups.add(this);
    const { pass } = this.#scope.engine;
    // Recorded branches had their slot: they are asked for at once, so that they come back in the recorded order.
    if (this.#scope.engine.rules.slotsForRecorded && this.#scope.node?.children.length !== 0) {
      for (let position = 0; position < this.#items.length; position += 1) {
        const branch = this.#scope.matcher.branchFor(this.#items[position], this.#plan.keys?.[position], position);
        // One that a pass has yet to come to needs a slot like a new one.
        if (branch !== undefined && !(pass !== undefined && isDue(pass, branch))) this.#start(position);
      }
    }
    this.#pump();
  }

  /** Begins branches as far as there are slots; those that wait have given theirs back. */
  pump(): void {
    if (this.#scope.closing) this.#scope.engine.groups.delete(this);
    else this.#pump();
  }

  #pump(): void {
    if (this.#left === 0) return this.#finish();
    // Of a run that has stopped each branch would only be refused, one inside the other.
    if (this.#next >= this.#items.length || this.#scope.engine.stopped !== undefined) return;
    const busy = this.#running - this.#waiting();
    for (let free = this.#plan.maxWorkers - busy; this.#next < this.#items.length && free > 0; this.#next += 1) {
      if (this.#calls[this.#next] !== undefined) continue;
      this.#start(this.#next);
      free -= 1;
    }
  }

  #waiting(): number {
    const { engine, open } = this.#scope;
    if (engine.pauses.size === 0) return 0;
    let count = 0;
    for (const branch of open) if (waits(branch)) count += 1;
    return count;
  }

  #start(position: number): void {
    this.#running += 1;
    const branch = issue(this.#scope, {
      spec: this.#plan.branch(position),
      input: this.#items[position],
      policy: {},
      key: this.#plan.keys?.[position] ?? String(position),
      branch: { recordedPosition: this.#recorded ? position : undefined, keyed: this.#plan.keys !== undefined },
      onValue: (value, call) => {
        this.#values[position] = value;
        this.#ends.completed += 1;
        this.#replaying.delete(call);
        if (call.replayed) this.#ends.recovered += 1;
        this.#plan.outcomes.tell(position, call.node, { ok: true, value });
        this.#ended();
      },
      onError: (error, call) => {
        const failed = call !== undefined && (call.current === undefined ? call.node?.state === "failed" : "error" in call.current);
        this.#ends[failed ? "failed" : "cancelled"] += 1;
        if (call !== undefined) this.#replaying.delete(call);
        if (failed && call.state === "released") this.#plan.outcomes.tell(position, call.node, { ok: false, error });
        this.#ended(failed && this.#plan.failFast);
      },
      // Who streams the group is outside of what was closed, and is told of all that is recorded to have ended.
      onDropped: (outcome, { node }) => {
        if ("value" in outcome) this.#plan.outcomes.tell(position, node, { ok: true, value: outcome.value });
        else if (node.state === "failed") this.#plan.outcomes.tell(position, node, { ok: false, error: outcome.error });
      },
    });
    this.#calls[position] = branch;
    if (branch?.replayed === true && branch.beside === undefined) this.#replaying.add(branch);
    else this.#progress();
  }

  #ended(last = false): void {
    this.#running -= 1;
    this.#left -= 1;
    this.#progress();
    if (last) this.#finish();
    else if (!this.#scope.closing) this.#pump();
    else if (this.#running === 0) this.#finish();
  }

  #finish(): void {
    this.#scope.engine.groups.delete(this);
    const nodes = this.#calls.map((call) => call?.node);
    // Closed before all had begun: what there is, is not the group's value.
    if (this.#left > 0 || this.#ends.failed + this.#ends.cancelled > 0) this.#reject(new GroupFailure(this.#scope.node?.address ?? this.#plan.name, nodes));
    else this.#resolve(new BranchValues(nodes.filter((node): node is CallNode => node !== undefined), this.#values));
  }

  #progress(): void {
    const { engine, node } = this.#scope;
    if (node === undefined || !engine.bus.has("group")) return;
    engine.bus.publish("group", { stateId: engine.stateId, address: node.address, call: node.id, at: engine.now(), size: this.#items.length, running: this.#running - this.#replaying.size, ...this.#ends });
  }
}
