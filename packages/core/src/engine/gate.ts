/**
 * The one door through which anything reaches agent code (rule R2). What waits is ordered by the seq of the record it
 * stands for; one is let through per macrotask, live and on replay alike, so that races replay as they ran. What is
 * live has a larger seq than all that is recorded, so nothing live overtakes a recorded outcome already asked for.
 */
export class Gate {
  readonly #heap: Waiting[] = [];
  readonly #yield: (callback: () => void) => void;
  readonly #released: () => void;
  #scheduled = false;
  #shut = false;

  /** `released` is called after each release. */
  constructor(yieldTurn: (callback: () => void) => void, released: () => void = () => undefined) {
    this.#yield = yieldTurn;
    this.#released = released;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Will something be let through in the next turn? */
  get turning(): boolean {
    return this.#scheduled;
  }

  /**
   * Lets `release` through in the order of `seq`. With `ready` it keeps its place until that has resolved: what comes behind
   * it waits.
   */
  push(seq: number, release: () => void, ready?: Promise<unknown>): void {
    if (this.#shut) return;
    const waiting: Waiting = { seq, release, ready: ready === undefined };
    siftUp(this.#heap, waiting);
    void ready?.then(() => {
      waiting.ready = true;
      this.#schedule();
    });
    this.#schedule();
  }

  /** Forgets all that waits, for good: the run has stopped. */
  shut(): void {
    this.#shut = true;
    this.#heap.length = 0;
  }

  #schedule(): void {
    if (this.#scheduled || this.#heap[0]?.ready !== true) return;
    this.#scheduled = true;
    this.#yield(this.#turn);
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    if (this.#heap[0]?.ready !== true) return;
    const first = removeFirst(this.#heap);
    // The next turn is asked for before this one runs: what the released code pushes joins the same queue.
    this.#schedule();
    first?.release();
    this.#released();
  };
}

interface Waiting {
  readonly seq: number;
  readonly release: () => void;
  ready: boolean;
}

// A binary heap. Each record stands for one outcome or one start; only limits that pass at one time can share a place.
function siftUp(heap: Waiting[], item: Waiting): void {
  let at = heap.length;
  heap.push(item);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as Waiting;
    if (above.seq <= item.seq) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = item;
}

function removeFirst(heap: Waiting[]): Waiting | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    const right = heap[child + 1];
    if (right !== undefined && right.seq < (heap[child] as Waiting).seq) child += 1;
    const below = heap[child] as Waiting;
    if (below.seq >= last.seq) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
  return first;
}
