// What a run is, written as plainly as can be from docs/rules.md, to compare the real one with: no journal, no gate, no
// index, one call at a time.

/** A tool or agent of the model's world: what its handler does. */
export type Work = "echo" | "flaky" | "fails" | "writes" | "pair";

export type RowState = "started" | "retrying" | "completed" | "failed";

/** One call. */
export interface Row {
  readonly address: string;
  readonly name: string;
  readonly key: string | undefined;
  readonly input: unknown;
  readonly rows: Row[];
  state: RowState;
  attempts: number;
  failures: number;
  lost: number;
  value: unknown;
  /** Order of the end; of failures, whether they ended their parent (R4). */
  endedAt: number;
  endedParent: boolean;
  /** When it was opened again; 0 if it never was. */
  openedAt: number;
  /** The input of a call it was given to by name or key, once it was not the only one of these any more (A3). */
  givenTo: unknown;
  writes: readonly Write[];
}

export type Write = readonly [kind: "set" | "add" | "delete", key: string, value: number];

/** What one opening of a scope can see (A3). */
interface Scope {
  readonly rows: Row[];
  readonly path: string;
  readonly visible: readonly Row[];
  readonly taken: Set<Row>;
  /** The only one of its name, to an unkeyed call with another input; and to which. */
  readonly givenAway: Map<Row, unknown>;
  /** By name or key, to calls with other inputs. */
  readonly givenUnequal: Map<Row, unknown>;
  readonly strict: boolean;
  readonly openedAt: number;
}

/** The process died in the handler. */
export class Died extends Error {}
/** The run refuses to go on. */
export class Refused extends Error {}
/** A call failed. */
export class Failed extends Error {
  readonly row: Row;
  /** The failure came from the record. */
  readonly replayed: boolean;

  constructor(row: Row, replayed: boolean) {
    super(row.address);
    this.row = row;
    this.replayed = replayed;
  }
}

/** What a call gave, and whether it came from the record. */
export interface Given {
  readonly row: Row;
  readonly replayed: boolean;
}

export class NaiveRun {
  readonly rows: Row[] = [];
  /** All rows by the order of their first events. */
  readonly all: Row[] = [];
  readonly events: string[] = [];
  readonly handled: string[] = [];
  storage = new Map<string, number>();
  metadata: Record<string, unknown> = {};
  status = "running";
  /** Whether what "fails" is given 3 fails. */
  broken = true;
  /** After how many more runs of handlers the process dies. */
  diesAfter = Number.POSITIVE_INFINITY;
  #clock = 0;
  #lastIssued = 0;
  #openedAt = 0;
  /** The next thing recorded opens the failed run again (R4). */
  #opensAt: number | undefined;
  #top = scopeOf(this.rows, "", [], 0);

  /** Another process, or the same later, loads what was recorded. */
  load(): void {
    this.#opensAt = this.status === "failed" ? this.#clock + 1 : undefined;
    this.#top = scopeOf(this.rows, "", [...this.rows], this.#opensAt ?? this.#openedAt);
  }

  /** What a crash leaves if nothing reaches the disk any more; gives what goes back to it. */
  mark(): () => void {
    const [storage, status, openedAt, opensAt] = [new Map(this.storage), this.status, this.#openedAt, this.#opensAt];
    return () => {
      this.storage = new Map(storage);
      this.status = status;
      this.#openedAt = openedAt;
      this.#opensAt = opensAt;
    };
  }

  checkpoint(status: string, metadata: Record<string, unknown>): void {
    this.#goOn();
    this.status = status;
    Object.assign(this.metadata, metadata);
    // R4: what failed, and nothing was issued after it, has ended the run.
    if (status === "failed") for (const row of this.rows) if (row.state === "failed" && row.endedAt > this.#lastIssued) row.endedParent = true;
  }

  write(write: Write): void {
    this.#goOn();
    apply(this.storage, write);
  }

  call(work: Work, input: unknown, key: string | undefined): Given {
    return this.#ask(this.#top, work, input, key);
  }

  map(items: readonly number[]): Given {
    return this.#askGroup(items);
  }

  #goOn(): void {
    this.status = "running";
    this.#openedAt = this.#opensAt ?? this.#openedAt;
    this.#opensAt = undefined;
    this.#clock += 1;
  }

  #event(status: string, row: Row): void {
    this.#goOn();
    this.events.push(`${status} ${row.address} ${row.attempts}`);
  }

  #find(scope: Scope, name: string, input: unknown, key: string | undefined): Row | undefined {
    const namesakes = scope.visible.filter((row) => row.name === name && row.key === key);
    for (const row of namesakes) if (scope.givenAway.has(row) && same(row.input, input)) throw new Refused("AMBIGUOUS_REPLAY");
    const free = namesakes.filter((row) => !scope.taken.has(row));
    const equal = free.find((row) => same(row.input, input));
    const [first] = free;
    const given = scope.strict ? undefined : free.find((row) => row.givenTo !== undefined && same(row.givenTo, input));
    const paired = given ?? equal ?? (first !== undefined && !scope.strict && (key !== undefined || namesakes.length === 1) ? first : undefined);
    if (paired === undefined) return undefined;
    scope.taken.add(paired);
    if (paired !== equal && key === undefined) scope.givenAway.set(paired, input);
    if (paired !== equal) scope.givenUnequal.set(paired, input);
    return paired;
  }

  #ask(scope: Scope, work: Work, input: unknown, key: string | undefined): Given {
    const row = this.#find(scope, work, input, key);
    if (row === undefined) {
      const fresh = this.#add(scope, work, key, input, work === "pair" ? "agent_call" : "tool_call");
      return { row: this.#run(fresh, work), replayed: false };
    }
    if (row.state === "completed") return { row, replayed: true };
    if (row.state === "failed") {
      if (!(row.endedParent && row.endedAt < scope.openedAt)) throw new Failed(row, true);
      this.#again(row, true);
      return { row: this.#run(row, work), replayed: false };
    }
    if (work === "pair") return { row: this.#run(row, work), replayed: false };
    // R3: the attempt left no outcome.
    if (row.lost + 1 >= 3) throw this.#end(row, "failed");
    row.lost += 1;
    this.#again(row, false);
    return { row: this.#run(row, work), replayed: false };
  }

  #add(scope: Scope, name: string, key: string | undefined, input: unknown, type: string): Row {
    const number = scope.rows.filter((row) => row.name === name && row.key === key).length + 1;
    const segment = `${name}${key === undefined ? "" : `[${key}]`}${number > 1 ? `#${number}` : ""}`;
    const row: Row = { address: `${scope.path}${segment}::${type}`, name, key, input, rows: [], state: "started", attempts: 1, failures: 0, lost: 0, value: undefined, endedAt: 0, endedParent: false, openedAt: 0, givenTo: undefined, writes: [] };
    for (const [given, to] of scope.givenUnequal) if (given.name === name && given.key === key) given.givenTo = to;
    scope.rows.push(row);
    this.all.push(row);
    this.#event("started", row);
    if (scope.rows === this.rows) this.#lastIssued = this.#clock;
    return row;
  }

  #again(row: Row, afterEnd: boolean): void {
    if (afterEnd) {
      row.failures = 0;
      row.lost = 0;
      row.endedParent = false;
    }
    row.attempts += 1;
    row.state = "started";
    this.#event("started", row);
    if (!afterEnd) return;
    row.openedAt = this.#clock;
    if (this.rows.includes(row)) this.#lastIssued = this.#clock;
  }

  #end(row: Row, state: "completed" | "failed"): Failed {
    row.state = state;
    this.#event(state, row);
    row.endedAt = this.#clock;
    row.lost = 0;
    return new Failed(row, false);
  }

  #run(row: Row, work: Work): Row {
    if (work === "pair") return this.#runPair(row);
    for (;;) {
      if ((this.diesAfter -= 1) < 0) throw new Died();
      this.handled.push(row.address);
      const fails = (work === "flaky" && row.attempts % 2 === 1) || (work === "fails" && this.broken && row.input === 3);
      if (!fails) break;
      row.failures += 1;
      const failed = this.#end(row, "failed");
      if (work !== "flaky" || row.failures >= 2) throw failed;
      row.state = "retrying";
      this.#event("retrying", row);
      this.#again(row, false);
    }
    row.value = `${work}(${JSON.stringify(row.input)}) in run ${this.handled.length}`;
    row.writes = work === "writes" ? [["add", "n", 1], ["set", "last", Number(row.input)]] : work === "flaky" ? [["add", "flaky", 1]] : [];
    this.#complete(row);
    return row;
  }

  #complete(row: Row): void {
    this.#end(row, "completed");
    if (this.rows.includes(row)) for (const write of row.writes) apply(this.storage, write);
  }

  /** The agent: one call, then another with what came of it. */
  #runPair(row: Row): Row {
    const path = `${row.address.slice(0, row.address.lastIndexOf("::"))}::`;
    const scope = scopeOf(row.rows, path, [...row.rows], row.openedAt);
    try {
      const first = this.#ask(scope, "fails", row.input, undefined).row;
      const second = this.#ask(scope, "writes", row.input, undefined).row;
      row.value = [first.value, second.value];
      row.writes = second.writes;
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      error.row.endedParent = true;
      row.failures += 1;
      throw this.#end(row, "failed");
    }
    this.#complete(row);
    return row;
  }

  #askGroup(items: readonly number[]): Given {
    const name = `g-${items.join("-")}`;
    const found = this.#find(this.#top, name, items, undefined);
    const row = found ?? this.#add(this.#top, name, undefined, items, "group");
    if (found?.state === "completed") return { row, replayed: true };
    if (found?.state === "failed") {
      if (!(row.endedParent && row.endedAt < this.#top.openedAt)) throw new Failed(row, true);
      this.#again(row, true);
    }
    const path = row.address.slice(0, -"::group".length);
    const taken = new Set<Row>();
    const branches = items.map((item, position) => {
      const known = row.rows.find((branch) => !taken.has(branch) && branch.input === item);
      if (known) taken.add(known);
      // P1: recorded branches come first, and these are the first ones.
      return { known, place: `${path}{${position}}`, item };
    });
    const ended = branches.map(({ known, place, item }) => {
      const branch = known ?? this.#addBranch(row, `${place}::branch`, item);
      return { branch, failed: this.#runBranch(branch, `${branch.address.slice(0, -"::branch".length)}::`, row.openedAt) };
    });
    if (ended.some(({ failed }) => failed)) {
      for (const { branch, failed } of ended) if (failed) branch.endedParent = true;
      row.failures += 1;
      throw this.#end(row, "failed");
    }
    row.value = ended.map(({ branch }) => branch.value);
    this.#complete(row);
    return { row, replayed: false };
  }

  #addBranch(group: Row, address: string, input: number): Row {
    const row: Row = { address, name: "branch", key: undefined, input, rows: [], state: "started", attempts: 1, failures: 0, lost: 0, value: undefined, endedAt: 0, endedParent: false, openedAt: 0, givenTo: undefined, writes: [] };
    group.rows.push(row);
    this.all.push(row);
    this.#event("started", row);
    return row;
  }

  /** Whether it failed. */
  #runBranch(branch: Row, path: string, openedAt: number): boolean {
    if (branch.state === "completed") return false;
    if (branch.state === "failed") {
      if (!(branch.endedParent && branch.endedAt < openedAt)) return true;
      this.#again(branch, true);
    }
    try {
      branch.value = this.#ask(scopeOf(branch.rows, path, [...branch.rows], branch.openedAt), "fails", branch.input, undefined).row.value;
      this.#end(branch, "completed");
      return false;
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      error.row.endedParent = true;
      branch.failures += 1;
      this.#end(branch, "failed");
      return true;
    }
  }
}

function scopeOf(rows: Row[], path: string, visible: readonly Row[], openedAt: number): Scope {
  return { rows, path, visible, taken: new Set(), givenAway: new Map(), givenUnequal: new Map(), strict: openedAt > 0, openedAt };
}

export function apply(storage: Map<string, number>, [kind, key, value]: Write): void {
  if (kind === "delete") storage.delete(key);
  else storage.set(key, kind === "set" ? value : (storage.get(key) ?? 0) + value);
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
