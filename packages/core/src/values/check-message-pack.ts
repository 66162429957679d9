import { NotDecodableError } from "./not-decodable-error.ts";
import type { ValueLimits } from "./value-limits.ts";

/**
 * Reads MessagePack without making anything of it, so that what is made of it afterwards is no larger than what is there:
 * declared lengths are held against the bytes that are left, and depth and number of items against the limits. Throws
 * {@link NotDecodableError} for bytes that are cut short, too deep or too many, and for what the carrier never writes:
 * extension types, 32-bit floats, keys that are no text, more than one value.
 */
export function checkMessagePack(bytes: Uint8Array, { maxDepth, maxNodes }: ValueLimits): void {
  new Scan(bytes, treeDepth(maxDepth), maxNodes * partsPerNode).run();
}

/** How deep a tree can be for a value of that depth: one level of a Map is three containers, a tag at the bottom two more. */
export function treeDepth(maxDepth: number): number {
  return maxDepth * 3 + 4;
}

// A key, a tag with its key, and a pair.
const partsPerNode = 5;

interface Container {
  /** Items that are still to come; of a map, keys and values. */
  left: number;
  readonly map: boolean;
}

class Scan {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #maxDepth: number;
  readonly #maxItems: number;
  readonly #open: Container[] = [];
  #position = 0;
  /** Items that open containers still have to come; each takes a byte at least. */
  #owed = 1;
  #items = 0;

  constructor(bytes: Uint8Array, maxDepth: number, maxItems: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxDepth = maxDepth;
    this.#maxItems = maxItems;
  }

  run(): void {
    for (; this.#owed > 0; this.#owed -= 1) {
      const container = this.#open.at(-1);
      const key = container?.map === true && container.left % 2 === 0;
      if (container) container.left -= 1;
      this.#item(key);
      while (this.#open.at(-1)?.left === 0) this.#open.pop();
    }
    if (this.#position < this.#bytes.length) this.#fail(`${this.#bytes.length - this.#position} bytes follow the value`);
  }

  #item(key: boolean): void {
    this.#items += 1;
    if (this.#items > this.#maxItems) this.#fail(`it has more than ${this.#maxItems} items`);
    const head = this.#number(1);
    if (key && !isText(head)) this.#fail("a key is not text");
    if (head <= 0x7f || head >= 0xe0) return;
    if (head <= 0x8f) return this.#enter((head & 0x0f) * 2, true);
    if (head <= 0x9f) return this.#enter(head & 0x0f, false);
    if (head <= 0xbf) return this.#skip(head & 0x1f);
    this.#byHead(head);
  }

  #byHead(head: number): void {
    switch (head) {
      case 0xc0: // nil
      case 0xc2: // false
      case 0xc3: // true
        return;
      case 0xc4: // bin 8
      case 0xd9: // str 8
        return this.#skip(this.#number(1));
      case 0xc5: // bin 16
      case 0xda: // str 16
        return this.#skip(this.#number(2));
      case 0xc6: // bin 32
      case 0xdb: // str 32
        return this.#skip(this.#number(4));
      case 0xcc: // uint 8
      case 0xd0: // int 8
        return this.#skip(1);
      case 0xcd: // uint 16
      case 0xd1: // int 16
        return this.#skip(2);
      case 0xce: // uint 32
      case 0xd2: // int 32
        return this.#skip(4);
      case 0xcb: // float 64
      case 0xcf: // uint 64
      case 0xd3: // int 64
        return this.#skip(8);
      case 0xdc: // array 16
        return this.#enter(this.#number(2), false);
      case 0xdd: // array 32
        return this.#enter(this.#number(4), false);
      case 0xde: // map 16
        return this.#enter(this.#number(2) * 2, true);
      case 0xdf: // map 32
        return this.#enter(this.#number(4) * 2, true);
      default:
        this.#fail(`a value begins with 0x${head.toString(16)}, which is never written (extension types stand for nothing here)`);
    }
  }

  #enter(items: number, map: boolean): void {
    if (items === 0) return;
    if (this.#open.length >= this.#maxDepth) this.#fail(`it is nested deeper than ${this.#maxDepth} containers`);
    this.#owed += items;
    // The item that is being read is owed until it is done.
    if (this.#owed - 1 > this.#bytes.length - this.#position) this.#fail(`it declares ${items} items, more than there are bytes`);
    this.#open.push({ left: items, map });
  }

  #skip(length: number): void {
    if (length > this.#bytes.length - this.#position) this.#fail(`it declares ${length} bytes, more than there are`);
    this.#position += length;
  }

  /** A big-endian number of 1, 2 or 4 bytes. */
  #number(length: 1 | 2 | 4): number {
    const at = this.#position;
    this.#skip(length);
    if (length === 1) return this.#view.getUint8(at);
    return length === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #fail(problem: string): never {
    throw new NotDecodableError("value", `its MessagePack is not what is written: ${problem}, at byte ${this.#position}`);
  }
}

function isText(head: number): boolean {
  return (head >= 0xa0 && head <= 0xbf) || (head >= 0xd9 && head <= 0xdb);
}
