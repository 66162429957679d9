/** One append as the simulation made it. Its records say which append they belong to. */
export interface Attempt {
  readonly writer: number;
  /** Number of the append among those of its writer, from 0. */
  readonly index: number;
  readonly count: number;
}

/** The record `at` of an append. */
export function recordText({ writer, index, count }: Attempt, at: number): string {
  return JSON.stringify({ writer, index, at, count });
}

/** What a run must hold, as those who use it know. */
export class RunModel {
  /** Texts by seq that anybody was told about and nothing has taken away since. */
  known: string[] = [];
  /** So many of them survive a power loss. */
  durable = 0;
  /** The highest epoch anybody acquired. */
  epoch = 0;
  /** A removal was begun and did not report: the run may be there, or not. */
  removing = false;

  /** Records of writers up to this one were removed for good. */
  #gone = 0;

  /** Messages that somebody left or tried to leave, and those that are there for certain. */
  readonly attempted = new Set<string>();
  readonly posted = new Set<string>();

  /** Whoever holds the run is given these. */
  checkMessages(found: readonly string[]): void {
    for (const id of this.posted) if (!found.includes(id)) throw new Error(`message ${id} is lost`);
    for (const id of found) if (!this.attempted.has(id)) throw new Error(`message ${id} was never left here`);
  }

  acknowledge(attempt: Attempt, lastSeq: number, level: "power" | "process"): void {
    const first = lastSeq - attempt.count;
    if (first > this.known.length) throw new Error(`seq ${lastSeq} was acknowledged, but ${first - this.known.length} records before it were not`);
    for (let at = 0; at < attempt.count; at += 1) {
      const text = recordText(attempt, at);
      const known = this.known[first + at];
      if (known !== undefined && known !== text) throw new Error(`seq ${first + at + 1} was acknowledged twice: ${known} and ${text}`);
      this.known[first + at] = text;
    }
    if (level === "power") this.durable = Math.max(this.durable, lastSeq);
  }

  /** Somebody looked at the run, and found these; undefined: no run. */
  observe(found: readonly string[] | undefined): void {
    if (found === undefined) {
      if (!this.removing && this.known.length > 0) throw new Error("the run is gone");
      this.removed();
    } else {
      if (this.removing && found.length === 0) {
        // Removed and made anew, or never removed: its messages are gone, or not.
        this.known = [];
        this.posted.clear();
      }
      checkWhole(found);
      for (const text of found) if ((JSON.parse(text) as Attempt).writer <= this.#gone) throw new Error(`${text} is back, though its run was removed`);
      for (const [index, text] of this.known.entries()) {
        if (found[index] !== text) throw new Error(`seq ${index + 1} was ${text}, is ${found[index] ?? "lost"}`);
      }
    }
    this.removing = false;
  }

  /** What a new holder is shown is durable from now on. */
  acquired(found: readonly string[], epoch: number): void {
    this.observe(found);
    this.known = [...found];
    this.durable = found.length;
    if (epoch <= this.epoch) throw new Error(`epoch ${epoch} after epoch ${this.epoch}`);
    this.epoch = epoch;
  }

  losePower(): void {
    this.known = this.known.slice(0, this.durable);
  }

  /** Somebody was told that the run is removed, with all that the writers up to this one wrote. */
  removedForGood(writer: number): void {
    this.#gone = writer;
    this.removed();
  }

  removed(): void {
    this.known = [];
    this.durable = 0;
    this.posted.clear();
    this.attempted.clear();
  }
}

/** Throws unless the records are whole appends, and those of each writer a prefix of what it attempted, in its order. */
function checkWhole(found: readonly string[]): void {
  const next = new Map<number, number>();
  for (let at = 0; at < found.length; ) {
    const { writer, index, count } = JSON.parse(found[at] ?? "") as Attempt;
    for (let inside = 0; inside < count; inside += 1) {
      const expected = recordText({ writer, index, count }, inside);
      if (found[at + inside] !== expected) throw new Error(`seq ${at + inside + 1} should be ${expected}, is ${found[at + inside] ?? "missing"}`);
    }
    const expected = next.get(writer) ?? 0;
    if (index !== expected) throw new Error(`writer ${writer}: append ${index} is visible, append ${expected} before it is not`);
    next.set(writer, index + 1);
    at += count;
  }
}
