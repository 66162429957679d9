import type { ValueCodec } from "../values/codec.ts";
import { canonicalText, type EncodedValue } from "../values/encoded-value.ts";
import type { Contents } from "./contents.ts";
import type { ValueWriter } from "./record-text.ts";
import { referenceTree } from "./value-reference.ts";

/** Where a record's values go that are too large for it, and who is told what it names. */
export interface RecordContents {
  /** Values and errors whose JSON text is longer are kept elsewhere. */
  readonly threshold: number;
  /** Begins to store bytes that the record names; gives their id. */
  put(bytes: Uint8Array): string;
  /** The record names this content. */
  named(id: string): void;
  /** Sha256 of a text in UTF-8. */
  hash(text: string): string;
}

/** Where records put what is too large for them; collects what they name. */
export function recordContents(contents: Contents, named: Set<string>): RecordContents {
  return {
    threshold: contents.threshold,
    hash: (text) => contents.hash(text),
    named: (id) => void named.add(id),
    put(bytes) {
      const id = contents.put(bytes);
      named.add(id);
      return id;
    },
  };
}

// What stays of an error whose record is kept elsewhere, for people who read the journal.
const longestMessage = 1000;

/** Writes values that are too large as references, and the others in their place. */
export function offloaded(values: ValueCodec, contents: RecordContents): ValueWriter {
  const refer = (value: EncodedValue, text?: string): ReturnType<typeof referenceTree> => {
    const bytes = values.pack(value);
    return referenceTree({ id: contents.put(bytes), size: bytes.length, canonical: contents.hash(canonicalText(value.tree, text)) });
  };
  return {
    value(value) {
      const text = value.write();
      return text.length > contents.threshold ? JSON.stringify(refer(value, text)) : text;
    },
    error(error) {
      const text = JSON.stringify(error);
      if (text.length <= contents.threshold) return text;
      return JSON.stringify({ name: error.name, message: error.message.slice(0, longestMessage), ...refer(values.fromTree({ $e: error })) });
    },
  };
}
