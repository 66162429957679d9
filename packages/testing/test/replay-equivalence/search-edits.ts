import type { OnInputChange, OnVersionChange } from "@reprise/core";
import { seededRandom } from "../../src/index.ts";
import { disksOf, editFault, emptyTally, recordOf, type EditedCase, type EditTally } from "./code-edits.ts";
import { editProgram } from "./edit.ts";
import { generateProgram } from "./generate.ts";
import { hash } from "./hash.ts";
import type { Disk } from "./life.ts";
import { printProgram } from "./print.ts";
import { smallerPrograms } from "./shrink.ts";

const settings: readonly (OnInputChange | undefined)[] = [undefined, "reuse", "warn", "rerun", "fail"];
const versionSettings: readonly (OnVersionChange | undefined)[] = [undefined, "reuse", "rerun", "fail"];
/** Crash points of one case. */
const points = 2;

/** Tries cases until one fails, and shrinks that. */
export async function searchEdits({ cases, seed }: { readonly cases: number; readonly seed: number }): Promise<{ readonly tally: EditTally; readonly failure: string | undefined }> {
  const tally = emptyTally();
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    for (let index = 0; index < cases; index += 1) {
      const number = seed + index;
      const { subject, edits } = caseOf(number);
      const fault = await caseFault(subject, number, tally);
      if (fault !== undefined) return { tally, failure: await report(subject, fault, { number, edits }) };
    }
    return { tally, failure: undefined };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function caseOf(seed: number): { readonly subject: EditedCase; readonly edits: readonly string[] } {
  // Something not repeatable in one of five.
  const before = generateProgram(seed, { once: seed % 5 === 0 });
  const { program: after, edits } = editProgram(before, hash("edit", seed));
  const onInputChange = settings[hash("input", seed) % settings.length];
  const onVersionChange = versionSettings[hash("version", seed) % versionSettings.length];
  return { subject: { before, after, onInputChange, onVersionChange }, edits };
}

async function caseFault(subject: EditedCase, seed: number, tally: EditTally): Promise<string | undefined> {
  const whole = await recordOf(subject);
  if (whole === undefined) return undefined;
  const random = seededRandom(hash("crash", seed));
  const disks = disksOf(whole);
  return firstFault(subject, Array.from({ length: Math.min(points, disks.length) }, () => disks[Math.floor(random() * disks.length)] as Disk), tally);
}

async function firstFault(subject: EditedCase, disks: readonly Disk[], tally = emptyTally()): Promise<string | undefined> {
  for (const disk of disks) {
    const fault = await editFault(subject, disk, tally);
    if (fault !== undefined) return `resumed after record ${disk.boundaries.at(-1) ?? 0}, ${fault}`;
  }
  return undefined;
}

async function report(subject: EditedCase, fault: string, { number, edits }: { readonly number: number; readonly edits: readonly string[] }): Promise<string> {
  const smallest = await shrinkCase(subject, fault);
  return [
    `seed ${number} fails (edits: ${edits.join(", ")}; onInputChange: ${subject.onInputChange ?? "not said"}, onVersionChange: ${subject.onVersionChange ?? "not said"}); the smallest case found that does:`,
    "",
    printProgram(smallest.subject.before),
    "",
    "// becomes",
    "",
    printProgram(smallest.subject.after),
    "",
    smallest.fault,
    `(the whole case: ${fault})`,
    `again: REPRISE_EDITS_SEED=${number} REPRISE_EDITS=1`,
  ].join("\n");
}

async function shrinkCase(subject: EditedCase, fault: string, tries = 600): Promise<{ readonly subject: EditedCase; readonly fault: string }> {
  let best = { subject, fault };
  let left = tries;
  const better = async (candidate: EditedCase): Promise<boolean> => {
    left -= 1;
    const whole = await recordOf(candidate);
    const found = whole && (await firstFault(candidate, disksOf(whole)));
    if (found === undefined) return false;
    best = { subject: candidate, fault: found };
    return true;
  };
  for (let found = true; found && left > 0; ) found = await shrinkOnce(best.subject, better, () => left > 0);
  return best;
}

async function shrinkOnce(subject: EditedCase, better: (candidate: EditedCase) => Promise<boolean>, more: () => boolean): Promise<boolean> {
  const { before, after } = subject;
  // The same step is often in both.
  const pairs = [...smallerPrograms(before)].flatMap((smaller, index) => {
    const both = [...smallerPrograms(after)][index];
    return both === undefined ? [] : [{ ...subject, before: smaller, after: both }];
  });
  const candidates = [...pairs, ...[...smallerPrograms(before)].map((smaller) => ({ ...subject, before: smaller })), ...[...smallerPrograms(after)].map((smaller) => ({ ...subject, after: smaller }))];
  for (const candidate of candidates) {
    if (!more()) return false;
    if (await better(candidate)) return true;
  }
  return false;
}

/** What was seen, in one line. */
export function describeEdits({ cases, seed, tally }: { readonly cases: number; readonly seed: number; readonly tally: EditTally }): string {
  const { reused, changed, ran, refused, lives } = tally;
  return `${cases} edited programs from seed ${seed}, ${lives} resumed runs: ${reused} calls reused, ${ran} ran, ${changed} got a changed record with a notice, ${refused} runs refused`;
}
