import type { OnInputChange } from "../actors/call-policy.ts";
import { AmbiguousReplayError, InputChangedError, NotRepeatableError } from "../errors/replay-errors.ts";
import type { Segment } from "../address/address.ts";
import type { EventType } from "../events/event-type.ts";
import type { CallNode } from "../history/call-node.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { Aliases } from "./aliases.ts";
import { appendTo, branchQueue, canonical, counterId, indexByInput, queueId, queueIn, type Given, type MatchQueue } from "./match-queue.ts";

/** A call that looks for its record. */
export interface MatchRequest {
  readonly type: EventType;
  readonly name: string;
  /** As it stands in the address. */
  readonly key: string | undefined;
  readonly input: EncodedValue | undefined;
  readonly version: string | undefined;
  /** What was said about changed inputs; undefined if nothing was. */
  readonly onInputChange: OnInputChange | undefined;
  /** Records of another version are left to others (`onVersionChange: "rerun"`). */
  readonly rerunVersions: boolean;
  /** `repeatable: false`: such a call never becomes new while records of its name are left. */
  readonly once: boolean;
  /** Of a pass (rule R7): such a call becomes new only where a record that is left may run again. */
  readonly mayRepeat?: ((address: string) => boolean) | undefined;
  /** For messages. */
  readonly address: () => string;
}

/** A record, or the number of a new call. */
export type Match =
  | { readonly node: CallNode; readonly inputChanged: boolean }
  | { readonly node: undefined; readonly number: number; readonly inputChanged: boolean; readonly given: readonly Given[] };

/** How a matcher treats calls without an equal input. */
export interface MatcherRules {
  /** The scope was opened again, or is a group: only an equal input matches. */
  readonly strict: boolean;
  /** The code that asks is known to be the one that was recorded. */
  readonly knownCode: boolean;
  /** Of a validation: ambiguity is not refused; or calls are paired by number, whatever their input (rule R5). */
  readonly validating?: "recorded" | "live" | undefined;
  /** Records of an old name are found by the new one (rule A5). */
  readonly aliases?: Aliases;
  /** Of a pass (rule R7): an agent takes its record whatever its input, for it is entered again. */
  readonly remaking?: boolean;
}

// Shared by all matchers without records, which never put anything into them.
const nothingTaken = new Set<CallNode>();
const noQueues = new Map<string, MatchQueue>();
const nothingRenewed = new Set<string>();
const noneGiven: readonly Given[] = [];

/**
 * Which record belongs to a call (rules A2, A3). One matcher serves one opening of a scope and knows the records that
 * opening can see; calls made live never enter it, so three calls in a live loop give three results.
 */
export class Matcher {
  readonly #rules: MatcherRules;
  readonly #nodes: readonly CallNode[];
  // Most scopes of a run that is not resumed have no records: what is only for these is not made for them.
  readonly #taken: Set<CallNode>;
  readonly #queues: Map<string, MatchQueue>;
  #numbers: Map<string, number> | undefined;
  /** What the call before was looked for in: that of the next one is often the same, and its id need not be put together. */
  #latest: { readonly type: EventType; readonly name: string; readonly key: string | undefined; readonly queue: MatchQueue | undefined } | undefined;
  readonly #hash: (canonical: string) => string;
  readonly #renewed: Set<string>;

  /** `hash`: of canonical inputs, as records name them. */
  constructor(nodes: readonly CallNode[], rules: MatcherRules, hash: (canonical: string) => string = (text) => text) {
    this.#nodes = nodes;
    this.#rules = rules;
    this.#hash = hash;
    this.#taken = nodes.length === 0 ? nothingTaken : new Set();
    this.#queues = nodes.length === 0 ? noQueues : new Map<string, MatchQueue>();
    this.#renewed = nodes.length === 0 ? nothingRenewed : new Set();
    if (nodes.length === 0) return;
    const numbers = (this.#numbers = new Map<string, number>());
    for (const node of nodes) {
      const { key, number } = node.segment;
      const name = this.#nameOf(node.segment);
      const counter = counterId(name, key);
      numbers.set(counter, Math.max(number, numbers.get(counter) ?? 0));
      // Branches are paired by their item alone, unless the group names them with keys; see `takeBranch`.
      const queue = queueIn(this.#queues, node.type === "branch" ? branchQueue(undefined) : queueId(node.type, name, key));
      queue.nodes.push(node);
      if (node.state === "unstarted") queue.unstarted.push(node);
      if (node.type === "branch") queueIn(this.#queues, branchQueue(key)).nodes.push(node);
      if (node.givenTo !== undefined) appendTo((queue.givenBefore ??= new Map<string, CallNode[]>()), node.givenTo, node);
    }
  }

  /** It knows no records: every call is new. */
  get empty(): boolean {
    return this.#nodes.length === 0;
  }

  /** The number of a new call of this name and key. */
  fresh(name: string, key: string | undefined): Match {
    return { node: undefined, number: this.#nextNumber(counterId(name, key)), inputChanged: false, given: noneGiven };
  }

  /** Records that no call has asked for. */
  unvisited(): CallNode[] {
    return this.#nodes.filter((node) => node.state !== "unstarted" && !this.#taken.has(node));
  }

  /** Records that no call has asked for, and in whose place none was made: what a pass has replaced is not missed. */
  abandoned(): CallNode[] {
    return this.unvisited().filter(({ segment }) => !this.#renewed.has(counterId(this.#nameOf(segment), segment.key)));
  }

  /** Finds the record of a call, or numbers a new one. Throws the refusals of rules A3 and R8. */
  take(request: MatchRequest): Match {
    const queue = this.#queueOf(request);
    if (queue === undefined) return this.#fresh(request, false);
    if (this.#rules.validating === "live") return this.#takeNext(queue, request);
    const remaking = this.#rules.remaking === true;
    // Before a record of this very input: that was made by a later call with the same one. A pass gives nothing for another input.
    const before = remaking ? undefined : this.#givenBefore(queue, request);
    if (before !== undefined) return this.#unequal(queue, before, request);
    const equal = this.#takeEqual(queue, request);
    if (equal !== undefined) return { node: equal, inputChanged: false };
    const place = this.#takePlace(queue);
    if (place !== undefined) return { node: place, inputChanged: false };
    const head = this.#head(queue);
    if (head === undefined) return this.#fresh(request, false, queue);
    if (remaking && (request.type === "agent_call" || head.pinned)) return this.#takeOnly(queue, head, request);
    if (this.#mayTakeUnequal(queue, request)) return this.#unequal(queue, head, request);
    if (request.onInputChange === "fail" && !this.#rules.strict) throw new InputChangedError(request.address());
    return this.#fresh(request, true, queue);
  }

  /**
   * The record of a group: one with equal items, else the first that shares an item. Pairing a group with other items is
   * safe, for its branches are matched by their items one by one.
   */
  takeGroup(request: MatchRequest): Match {
    const queue = this.#queues.get(queueId(request.type, request.name, request.key));
    if (queue === undefined) return this.#fresh(request, false);
    if (this.#rules.validating === "live") return this.#takeNext(queue, request);
    const equal = this.#takeEqual(queue, request);
    if (equal !== undefined) return { node: equal, inputChanged: false };
    const items = itemsOf(request.input);
    const sharing = queue.nodes.find((node) => !this.#taken.has(node) && [...itemsOf(node.input)].some((item) => items.has(item)));
    if (sharing === undefined) return this.#fresh(request, false);
    this.#taken.add(sharing);
    return { node: sharing, inputChanged: true };
  }

  /** The record of a branch: its key, if the group names its branches, and its item must be equal. */
  takeBranch(request: MatchRequest, keyed: boolean): Match {
    if (this.#rules.validating === "live") {
      const place = this.#queues.get(branchQueue(request.key));
      return place === undefined ? this.#fresh(request, false) : this.#takeNext(place, request);
    }
    const queue = this.#queues.get(branchQueue(keyed ? request.key : undefined));
    const equal = queue && this.#takeEqual(queue, request);
    return equal === undefined ? this.#fresh(request, false) : { node: equal, inputChanged: false };
  }

  /** The record that `takeBranch` would find. */
  branchFor(input: EncodedValue | undefined, key: string | undefined, position: number): CallNode | undefined {
    const live = this.#rules.validating === "live";
    const queue = this.#queues.get(branchQueue(live ? (key ?? String(position)) : key));
    if (queue === undefined) return undefined;
    return live ? this.#head(queue) : this.#equal(queue, canonical(input), { version: undefined, rerunVersions: false });
  }

  #queueOf({ type, name, key }: MatchRequest): MatchQueue | undefined {
    const latest = this.#latest;
    if (latest !== undefined && latest.name === name && latest.type === type && latest.key === key) return latest.queue;
    const queue = this.#queues.get(queueId(type, name, key));
    this.#latest = { type, name, key, queue };
    return queue;
  }

  #nameOf({ name }: Segment): string {
    return this.#rules.aliases?.get(name) ?? name;
  }

  /** Safe of an agent, whose leaves are matched one by one, and of what a fork has pinned. Among several it cannot be told which it was. */
  #takeOnly(queue: MatchQueue, head: CallNode, request: MatchRequest): Match {
    if (request.onInputChange === "fail") throw new InputChangedError(request.address());
    if (request.key === undefined && queue.nodes.length > 1) return this.#fresh(request, true);
    this.#taken.add(head);
    return { node: head, inputChanged: true };
  }

  #takeNext(queue: MatchQueue, request: MatchRequest): Match {
    const node = this.#head(queue);
    if (node === undefined) return this.#fresh(request, false);
    this.#taken.add(node);
    return { node, inputChanged: canonical(node.input) !== canonical(request.input) };
  }

  #mayTakeUnequal(queue: MatchQueue, request: MatchRequest): boolean {
    if (this.#rules.strict) return false;
    if (request.key !== undefined) return true;
    return queue.nodes.length === 1 && this.#mayTakeByName(request);
  }

  #mayTakeByName(request: MatchRequest): boolean {
    return this.#rules.knownCode || request.onInputChange === "reuse";
  }

  /** R2: what was given away by name or key stays with whom it was given to, though there are more of its name by now. */
  #givenBefore(queue: MatchQueue, request: MatchRequest): CallNode | undefined {
    if (queue.givenBefore === undefined || this.#rules.strict || !(request.key !== undefined || this.#mayTakeByName(request))) return undefined;
    return queue.givenBefore.get(this.#hash(canonical(request.input)))?.find((node) => !this.#taken.has(node));
  }

  #unequal(queue: MatchQueue, head: CallNode, request: MatchRequest): Match {
    if (request.onInputChange === "fail") throw new InputChangedError(request.address());
    if (request.onInputChange === "rerun" || (request.rerunVersions && head.version !== request.version)) return this.#fresh(request, true);
    const given = { node: head, input: canonical(request.input) };
    if (request.key === undefined) queue.givenAway = given;
    queue.given.push(given);
    this.#taken.add(head);
    return { node: head, inputChanged: true };
  }

  #fresh(request: MatchRequest, recordsLeft: boolean, queue?: MatchQueue): Match {
    if (recordsLeft && request.mayRepeat !== undefined) this.#refuseRepetition(request, request.mayRepeat);
    else if (recordsLeft && request.once) {
      throw new AmbiguousReplayError(request.address(), "it is not repeatable, and a record of its name with another input is left that could be it; give it a key");
    }
    const counter = counterId(request.name, request.key);
    if (!this.empty) this.#renewed.add(counter);
    return { node: undefined, number: this.#nextNumber(counter), inputChanged: recordsLeft, given: queue?.given.splice(0) ?? noneGiven };
  }

  #nextNumber(counter: string): number {
    const numbers = (this.#numbers ??= new Map<string, number>());
    const number = (numbers.get(counter) ?? 0) + 1;
    numbers.set(counter, number);
    return number;
  }

  #refuseRepetition({ type, name, key, once }: MatchRequest, mayRepeat: (address: string) => boolean): void {
    const left = once ? (this.#queues.get(queueId(type, name, key))?.nodes ?? []).filter((node) => !this.#taken.has(node)) : [];
    const [first] = left;
    if (first === undefined || left.some(({ address }) => mayRepeat(address))) return;
    throw new NotRepeatableError(first.address, "its input or version is not the recorded one, so it would run again");
  }

  #takeEqual(queue: MatchQueue, request: MatchRequest): CallNode | undefined {
    const input = canonical(request.input);
    if (queue.givenAway !== undefined && canonical(queue.givenAway.node.input) === input && this.#rules.validating === undefined) {
      throw new AmbiguousReplayError(request.address(), "its record was given to an earlier call with another input; give both a key");
    }
    const equal = this.#equal(queue, input, request);
    if (equal !== undefined) this.#taken.add(equal);
    return equal;
  }

  /** R9: what never started has no value to be mistaken for another's: whoever comes may have its place. */
  #takePlace(queue: MatchQueue): CallNode | undefined {
    const place = queue.unstarted.find((node) => !this.#taken.has(node));
    if (place !== undefined) this.#taken.add(place);
    return place;
  }

  /** The first untaken record with this input: of this version if there is one. */
  #equal(queue: MatchQueue, input: string, wish: Pick<MatchRequest, "version" | "rerunVersions">): CallNode | undefined {
    const head = this.#head(queue);
    if (head === undefined) return undefined;
    // Unchanged code asks in the recorded order: the head is nearly always it, and the index is never built.
    if (head.version === wish.version && canonical(head.input) === input) return head;
    queue.byInput ??= indexByInput(queue.nodes);
    const same = queue.byInput.get(input) ?? [];
    while (same[0] !== undefined && this.#taken.has(same[0])) same.shift();
    return same.find((node) => node.version === wish.version && !this.#taken.has(node)) ?? (wish.rerunVersions ? undefined : same[0]);
  }

  #head(queue: MatchQueue): CallNode | undefined {
    for (; queue.head < queue.nodes.length; queue.head += 1) {
      const node = queue.nodes[queue.head];
      if (node !== undefined && !this.#taken.has(node)) return node;
    }
    return undefined;
  }
}

function itemsOf(input: EncodedValue | undefined): Set<string> {
  return new Set(input?.items().map((item) => item.canonical));
}
