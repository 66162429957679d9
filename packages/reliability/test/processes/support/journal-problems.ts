import { groupSize, textOf, type Life } from "./life.ts";

/** A record as it was read. */
export interface Found {
  readonly seq: number;
  readonly epoch: number;
  readonly text: string;
}

/**
 * Everything that is wrong with a journal, given what the processes that wrote it have said. `known` are texts that must be at its
 * beginning: what was there before, and must not be lost.
 */
export function journalProblems(found: readonly Found[], lives: readonly Life[], known: readonly string[] = []): readonly string[] {
  return [...orderProblems(found), ...knownProblems(found, known), ...contentProblems(found), ...acknowledgedProblems(found, lives), ...fencingProblems(found, lives)];
}

/** G2: dense, from 1; and no record of an earlier epoch behind one of a later. */
function orderProblems(found: readonly Found[]): string[] {
  return found.flatMap(({ seq, epoch }, index) => [
    ...(seq === index + 1 ? [] : [`record ${index + 1} has seq ${seq}`]),
    ...(epoch >= (found[index - 1]?.epoch ?? 0) ? [] : [`seq ${seq} of epoch ${epoch} stands behind epoch ${found[index - 1]?.epoch}`]),
  ]);
}

function knownProblems(found: readonly Found[], known: readonly string[]): string[] {
  return known.flatMap((text, index) => (found[index]?.text === text ? [] : [`seq ${index + 1} was ${shown(text)} and is ${shown(found[index]?.text)}`]));
}

/** G1 and G4: an epoch holds the texts of one life from its first on, in the order of its calls, and whole groups. */
function contentProblems(found: readonly Found[]): string[] {
  const problems: string[] = [];
  for (const [epoch, texts] of byEpoch(found)) {
    const life = texts[0]?.split(":")[0] ?? "";
    const wrong = texts.findIndex((text, index) => text !== textOf(life, index + 1));
    if (wrong !== -1) problems.push(`text ${wrong + 1} of epoch ${epoch} (${life}) is ${shown(texts[wrong])}`);
    if (!endsWhole(texts.length)) problems.push(`epoch ${epoch} (${life}) ends inside a group, after ${texts.length} texts`);
  }
  return problems;
}

function byEpoch(found: readonly Found[]): ReadonlyMap<number, string[]> {
  const epochs = new Map<number, string[]>();
  for (const { epoch, text } of found) {
    const texts = epochs.get(epoch);
    if (texts === undefined) epochs.set(epoch, [text]);
    else texts.push(text);
  }
  return epochs;
}

function endsWhole(count: number): boolean {
  let whole = 0;
  while (whole < count) whole += groupSize(whole + 1);
  return whole === count;
}

/** G3: what was acknowledged is at its seq, with its content and epoch. */
function acknowledgedProblems(found: readonly Found[], lives: readonly Life[]): string[] {
  return lives.flatMap(({ name, epoch, acknowledged }) =>
    acknowledged.flatMap(({ seq, first, size }) =>
      Array.from({ length: size }, (_, index) => ({ at: seq - size + 1 + index, text: textOf(name, first + index) })).flatMap(({ at, text }) => {
        const there = found[at - 1];
        return there?.text === text && there.epoch === epoch ? [] : [`lost: seq ${at} was acknowledged as ${shown(text)} of epoch ${epoch}, and is ${shown(there?.text)} of epoch ${there?.epoch}`];
      }),
    ),
  );
}

/**
 * G5: whoever acquires sees all that older epochs have been told is stored; what it does not see does not appear later; and an older
 * one's append that is called afterwards is not acknowledged. No two lives have one epoch.
 */
function fencingProblems(found: readonly Found[], lives: readonly Life[]): string[] {
  const problems: string[] = [];
  const rising = lives.toSorted((one, other) => one.epoch - other.epoch);
  for (const [index, life] of rising.entries()) {
    if (rising[index - 1]?.epoch === life.epoch) problems.push(`${rising[index - 1]?.name} and ${life.name} both have epoch ${life.epoch}`);
    const before = found.filter(({ seq, epoch }) => epoch < life.epoch && seq > life.lastSeq);
    for (const { seq, epoch } of before) problems.push(`seq ${seq} of epoch ${epoch} was not shown to ${life.name}, which acquired epoch ${life.epoch} at seq ${life.lastSeq}`);
    for (const { seq, epoch } of found.slice(0, life.lastSeq)) if (epoch >= life.epoch) problems.push(`seq ${seq} of epoch ${epoch} was there before ${life.name} acquired epoch ${life.epoch}`);
  }
  // Whoever has overtaken a life earliest: one is enough.
  let overtakenAt = Infinity;
  for (const { name, acknowledged, acquiredAt } of rising.toReversed()) {
    for (const { seq, calledAt } of acknowledged) if (calledAt > overtakenAt) problems.push(`${name} called an append after a later epoch was acquired, and seq ${seq} was acknowledged`);
    overtakenAt = Math.min(overtakenAt, acquiredAt);
  }
  return problems;
}

function shown(text: string | undefined): string {
  return text === undefined ? "nothing" : `"${text.slice(0, 24)}"`;
}
