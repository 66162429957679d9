import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "@reprise/testing";
import { describe, expect, test } from "vitest";
import { startChild, type Child } from "./support/child.ts";
import { journalProblems } from "./support/journal-problems.ts";
import { livesIn } from "./support/life.ts";
import { emptyPlace, pause } from "./support/place.ts";
import { report } from "./support/report.ts";
import { readFound } from "./support/read-found.ts";
import { storeKinds } from "./support/store-kind.ts";

// How often 8 processes race for a store that is not there yet: REPRISE_RACES=5000 for a long run. What happens meanwhile: REPRISE_RACE_SEED.
const races = Number(process.env["REPRISE_RACES"] ?? 20);
const seed = Number(process.env["REPRISE_RACE_SEED"] ?? 1);
const runners = 8;

/** Says it to each, and gives what each said from then until it was ready for the end. */
async function raced(children: readonly Child[], sentence: (child: number) => string, meanwhile: () => Promise<void>): Promise<readonly (readonly string[])[]> {
  const from = children.map(({ lines }) => lines.length);
  for (const [index, child] of children.entries()) child.send(sentence(index));
  await meanwhile();
  await Promise.all(children.map((child, index) => child.line("raced", from[index])));
  const said = children.map(({ lines }, index) => lines.slice(from[index]));
  for (const child of children) child.send("end");
  await Promise.all(children.map((child, index) => child.line("over", from[index])));
  return said;
}

describe.each(Object.values(storeKinds))("$name", (kind) => {
  test(`G2, G3, G5: ${runners} processes race for an empty place, ${races} times (seed ${seed}): one holds the run, the others are told who; runs of their own all of them get`, { timeout: 120_000 + races * 2_000 }, async () => {
    const random = seededRandom(seed);
    const place = await emptyPlace();
    const children = Array.from({ length: runners }, (_, index) => startChild("contender.ts", kind.name, `c${index}`));
    await Promise.all(children.map((child) => child.line("ready")));
    const count = new Map<string, number>();
    for (let race = 0; race < races; race += 1) {
      const store = join(place, `store-${race}`);
      if (random() < 0.5) await mkdir(store);
      const together = race % 4 !== 3;
      const runOf = (child: number): string => (together ? "run" : `run-${child}`);
      const stopped = random() < 0.5 ? children[Math.floor(random() * runners)] : undefined;
      const [before, during] = [random() * 6, random() * 40];
      const said = await raced(children, (child) => `race ${store} ${runOf(child)} r${race}c${child}`, async () => {
        if (stopped === undefined) return;
        await pause(before);
        stopped.signal("SIGSTOP");
        await pause(during);
        stopped.signal("SIGCONT");
      });
      const at = `race ${race} of seed ${seed}`;
      const fates = said.map((lines) => lines.flatMap((line) => (/^(?:refused|lost) /u.test(line) ? [line] : [])).join(", ") || "held");
      for (const fate of fates) count.set(fate, (count.get(fate) ?? 0) + 1);
      // One that is stopped between its claim and its lease may be overtaken: rule G13 lets clocks decide who tries.
      expect(fates.filter((fate) => !["held", "refused LEASE_HELD", "refused FENCED", "lost FENCED"].includes(fate)), at).toEqual([]);
      expect(fates.filter((fate) => fate === "held"), at).toHaveLength(together ? 1 : runners);
      const backend = kind.open(store);
      for (const stateId of new Set(children.map((_, child) => runOf(child)))) {
        const lives = said.filter((_, child) => runOf(child) === stateId).flatMap(livesIn);
        expect(journalProblems(await readFound(backend, stateId), lives), at).toEqual([]);
        expect(await backend.verify?.(stateId), at).toEqual([]);
      }
      await backend.close();
    }
    report(`${kind.name}: ${races} races; ${[...count].map(([fate, times]) => `${fate}: ${times}`).join(", ")}`);
    await Promise.all(children.map((child) => child.kill()));
  });
});
