import { decode, Encoder } from "@msgpack/msgpack";
import { fromCarried, toCarried } from "./carried-tree.ts";
import { checkMessagePack, treeDepth } from "./check-message-pack.ts";
import { NotDecodableError } from "./not-decodable-error.ts";
import { NotEncodableError } from "./not-encodable-error.ts";
import type { ValueLimits } from "./value-limits.ts";

/**
 * A tagged tree as MessagePack: the carrier of artifacts and exported runs. The same tree gives the same bytes; keys keep
 * their order. Throws {@link NotEncodableError} if it is too large for the format (4 GiB in one piece), or too deep for the
 * stack, which values within the default limits are far from.
 */
export function packTree(tree: unknown, limits: ValueLimits): Uint8Array<ArrayBuffer> {
  try {
    return new Encoder({ maxDepth: treeDepth(limits.maxDepth) + 1 }).encode(toCarried(tree));
  } catch (error) {
    if (error instanceof NotDecodableError) throw error;
    throw new NotEncodableError("value", `it cannot be written as MessagePack (${String(error)})`, { cause: error });
  }
}

/** The tree of such bytes, which are not trusted and not kept. Throws {@link NotDecodableError}. */
export function unpackTree(bytes: Uint8Array, limits: ValueLimits): unknown {
  checkMessagePack(bytes, limits);
  return fromCarried(decoded(bytes));
}

function decoded(bytes: Uint8Array): unknown {
  try {
    return decode(bytes);
  } catch (error) {
    throw new NotDecodableError("value", `it is not MessagePack (${String(error)})`, { cause: error });
  }
}
