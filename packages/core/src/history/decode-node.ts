import type { CallNode, RecordedValue } from "./call-node.ts";

/** The recorded input, as a fresh copy. */
export function decodeInput(node: CallNode): unknown {
  return node.input?.decode();
}

/** The recorded value, as a fresh copy. */
export function decodeValue(value: RecordedValue | undefined): unknown {
  switch (value?.kind) {
    case undefined:
      return undefined;
    case "own":
      return value.value?.decode();
    case "of":
      return decodeValue(value.node.value);
    case "list":
      return value.nodes.map((node) => decodeValue(node.value));
  }
}
