import type { StoredRecord } from "@reprise/core/spi";

const firstChunk = 2 ** 10;
const largestChunk = 2 ** 16;
const batchLength = 256;

/** Where the bytes of a record are: `length` of them, from `offset` on in a chunk. */
interface Place {
  readonly chunk: Uint8Array;
  readonly offset: number;
  readonly length: number;
  readonly epoch: number;
}

/**
 * The records of a run, copied on the way in and out. They stand behind one another in larger pieces of memory: a buffer of its
 * own would cost more than most records have bytes.
 */
export class RecordLog {
  readonly #places: Place[] = [];
  #chunk = new Uint8Array(0);
  /** How much of the last chunk is taken. */
  #taken = 0;

  /** Seq of the last record. */
  get length(): number {
    return this.#places.length;
  }

  append(bytes: Uint8Array, epoch: number): void {
    this.#places.push(this.#store(bytes, epoch));
  }

  /** Copies of the records `from` … `to` that exist when this is called, in batches. */
  *batches(from = 1, to = Infinity): Generator<readonly StoredRecord[]> {
    const end = Math.min(to, this.#places.length);
    for (let next = Math.max(from, 1); next <= end; next += batchLength) {
      yield copiesOf(this.#places.slice(next - 1, Math.min(next - 1 + batchLength, end)), next);
    }
  }

  all(): StoredRecord[] {
    return [...this.batches()].flat();
  }

  /** Puts `filler` in the place of the records of all ranges, and keeps no memory for what was there. Returns how many bytes fewer there are. */
  replace(ranges: Iterable<readonly [from: number, to: number]>, filler: Uint8Array): number {
    let freed = 0;
    const replaced = new Set<number>();
    for (const [from, to] of ranges) for (let seq = from; seq <= to; seq += 1) replaced.add(seq);
    const before = this.#places.splice(0);
    this.#chunk = new Uint8Array(0);
    this.#taken = 0;
    for (const [index, place] of before.entries()) {
      const isReplaced = replaced.has(index + 1);
      if (isReplaced) freed += place.length - filler.length;
      this.append(isReplaced ? filler : bytesAt(place), place.epoch);
    }
    return freed;
  }

  #store(bytes: Uint8Array, epoch: number): Place {
    const { length } = bytes;
    // Of a large record only as much as it needs.
    if (length > largestChunk / 4) return { chunk: new Uint8Array(bytes), offset: 0, length, epoch };
    if (this.#chunk.length - this.#taken < length) {
      this.#chunk = new Uint8Array(Math.max(length, Math.min(largestChunk, Math.max(firstChunk, this.#chunk.length * 2))));
      this.#taken = 0;
    }
    const offset = this.#taken;
    this.#chunk.set(bytes, offset);
    this.#taken += length;
    return { chunk: this.#chunk, offset, length, epoch };
  }
}

function bytesAt({ chunk, offset, length }: Place): Uint8Array {
  return chunk.subarray(offset, offset + length);
}

/** Records whose bytes nobody else holds, in one piece of memory. */
function copiesOf(places: readonly Place[], first: number): StoredRecord[] {
  let total = 0;
  for (const { length } of places) total += length;
  const memory = new Uint8Array(total);
  let offset = 0;
  return places.map((place, index) => {
    const from = offset;
    offset += place.length;
    memory.set(bytesAt(place), from);
    return { seq: first + index, epoch: place.epoch, bytes: memory.subarray(from, offset) };
  });
}
