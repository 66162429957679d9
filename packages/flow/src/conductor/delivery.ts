/** A value on its way to a slot. */
export interface Delivery {
  /** Says where it comes from, whatever the order in which things happen: the same on every resume (rule F3). */
  readonly id: string;
  readonly value: unknown;
  readonly passes: Passes;
}

/** How often the chain that led to a delivery has passed each connection with a limit, by its position. */
export type Passes = ReadonlyMap<number, number> | undefined;

const longestId = 96;

/**
 * The id of what an activation emitted: the path of the emissions that led to it, `search.2~summarise`. `from` is the routine, with its output if it
 * has several. Long paths, such as those of loops, go on from a hash.
 */
export function emissionId(key: string, from: string, position: number, hash: (text: string) => string): string {
  const own = position === 0 ? from : `${from}.${position}`;
  const path = key === startId ? own : `${key}~${own}`;
  return path.length <= longestId ? path : `${hash(path)}~${own}`;
}

/** The id of the delivery that starts a job. */
export const startId = "start";

/** The most that any of these chains has passed each connection. */
export function mergedPasses(all: readonly Passes[]): Passes {
  const [first, ...others] = all.filter((passes) => passes !== undefined);
  if (first === undefined || others.length === 0) return first;
  const merged = new Map(first);
  for (const passes of others) for (const [connection, count] of passes) merged.set(connection, Math.max(count, merged.get(connection) ?? 0));
  return merged;
}
