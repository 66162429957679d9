import { isRepriseError } from "../errors/reprise-error.ts";
import { CorruptError } from "../errors/storage-errors.ts";
import type { Contents } from "./contents.ts";
import type { ValueReference } from "./value-reference.ts";

/** A value of a record that is not in it. */
export interface Elsewhere {
  readonly seq: number;
  readonly reference: ValueReference;
  /** Puts the value in its place in the record. */
  readonly fill: (bytes: Uint8Array) => void;
}

/** How many contents are asked for at once. */
const mostAtOnce = 8;

/**
 * Gets the values of records that are kept elsewhere, each content once. Throws `CORRUPT`, with the record, for a content that is
 * missing or damaged: the journal that names it proves that it was there.
 */
export async function fetchValues(stateId: string, elsewhere: readonly Elsewhere[], contents: Contents): Promise<void> {
  const wanted = new Map<string, Elsewhere[]>();
  for (const value of elsewhere) {
    const same = wanted.get(value.reference.id);
    if (same) same.push(value);
    else wanted.set(value.reference.id, [value]);
  }
  const left = [...wanted.values()];
  const fetchNext = async (): Promise<void> => {
    for (let values = left.shift(); values !== undefined; values = left.shift()) await fetchOne(stateId, values, contents);
  };
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, left.length) }, fetchNext));
}

async function fetchOne(stateId: string, values: readonly Elsewhere[], contents: Contents): Promise<void> {
  const { reference, seq } = values[0] as Elsewhere;
  try {
    const bytes = await contents.get(reference.id);
    for (const { fill } of values) fill(bytes);
  } catch (cause) {
    const problem = problemOf(cause);
    if (problem === undefined) throw cause;
    throw new CorruptError(`run ${stateId}: record ${seq} names content ${reference.id}, which is ${problem}`, { stateId, cause });
  }
}

function problemOf(error: unknown): string | undefined {
  if (isRepriseError(error, "NOT_FOUND")) return "missing";
  return isRepriseError(error, "CORRUPT") || isRepriseError(error, "NOT_DECODABLE") ? `damaged: ${error.message}` : undefined;
}
