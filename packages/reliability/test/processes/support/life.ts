/** An append that was acknowledged to a process. */
export interface Acknowledged {
  /** Seq of its last record. */
  readonly seq: number;
  /** Which of the texts of the life it began with, from 1. */
  readonly first: number;
  readonly size: number;
  /** When it was called: nanoseconds of the clock that all processes of a machine share. */
  readonly calledAt: number;
  /** When it had resolved, by the same clock. */
  readonly acknowledgedAt: number;
}

/** What a process did from acquiring a run to losing it, as far as it was heard. */
export interface Life {
  readonly name: string;
  readonly epoch: number;
  /** Seq of the last record that it was shown when it acquired the run. */
  readonly lastSeq: number;
  /** When that was. */
  readonly acquiredAt: number;
  readonly acknowledged: readonly Acknowledged[];
}

/** The text number `number` of a life: 4 to about 300 bytes. */
export function textOf(life: string, number: number): string {
  return `${life}:${number}:${"x".repeat((number * 37) % 293)}`;
}

/** How many records the group that begins with text `first` has: 1, 2 or 3. */
export function groupSize(first: number): number {
  return 1 + (first % 3);
}

/** How a process says it. */
export const lifeLines = {
  acquired: (life: string, epoch: number, lastSeq: number, at: bigint): string => `acquired ${life} ${epoch} ${lastSeq} ${at}`,
  acknowledged: (life: string, seq: number, first: number, size: number, calledAt: bigint, acknowledgedAt: bigint): string => `acknowledged ${life} ${seq} ${first} ${size} ${calledAt} ${acknowledgedAt}`,
};

/** What of a life was heard before a moment: what came later may have been said of a disk that was off already. Undefined if it was not acquired by then. */
export function lifeBefore(life: Life | undefined, moment: number): Life | undefined {
  if (life === undefined || life.acquiredAt >= moment) return undefined;
  return { ...life, acknowledged: life.acknowledged.filter(({ acknowledgedAt }) => acknowledgedAt < moment) };
}

/** The lives that lines tell of, in the order of their beginning. Other lines are left out. */
export function livesIn(lines: readonly string[]): readonly Life[] {
  const lives = new Map<string, Life & { readonly acknowledged: Acknowledged[] }>();
  for (const line of lines) {
    const [word, name = "", ...rest] = line.split(" ");
    const [one = 0, two = 0, three = 0, four = 0, five = 0] = rest.map(Number);
    if (word === "acquired") lives.set(name, { name, epoch: one, lastSeq: two, acquiredAt: three, acknowledged: [] });
    if (word === "acknowledged") lives.get(name)?.acknowledged.push({ seq: one, first: two, size: three, calledAt: four, acknowledgedAt: five });
  }
  return [...lives.values()];
}
