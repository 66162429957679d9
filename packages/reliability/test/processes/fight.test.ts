import { seededRandom } from "@reprise/testing";
import { describe, expect, test } from "vitest";
import { startChild, type Child } from "./support/child.ts";
import { journalProblems } from "./support/journal-problems.ts";
import { livesIn } from "./support/life.ts";
import { emptyPlace, pause } from "./support/place.ts";
import { report } from "./support/report.ts";
import { readFound } from "./support/read-found.ts";
import { storeKinds } from "./support/store-kind.ts";

// How often one of 8 processes that fight for a run is stopped with SIGSTOP, and goes on with SIGCONT: REPRISE_STOPS=5000 for a long run.
const stops = Number(process.env["REPRISE_STOPS"] ?? 40);
const seed = Number(process.env["REPRISE_STOP_SEED"] ?? 1);
const fighters = 8;
/** After so many a new run begins, in the same store: what is stored is read whole by whoever acquires. */
const stopsPerRun = 30;

/**
 * Stops processes at random moments, every other time the one that seems to hold the run, up to four at once; each for up to 300 ms, while
 * their leases are good for 80. All go on at the end.
 */
async function disturb(children: readonly Child[], count: number, random: () => number): Promise<void> {
  const stopped = new Map<Child, Promise<void>>();
  for (let stop = 0; stop < count; stop += 1) {
    await pause(random() * 40);
    const holder = children.find(({ lines }) => /^ac(?:quired|knowledged) /u.test(lines.at(-1) ?? ""));
    const [atHolder, anyone, during] = [random() < 0.5, children[Math.floor(random() * children.length)], random() * 300];
    const child = atHolder ? (holder ?? anyone) : anyone;
    if (child === undefined || stopped.has(child)) continue;
    if (stopped.size >= 4) await Promise.race(stopped.values());
    child.signal("SIGSTOP");
    stopped.set(child, pause(during).then(() => {
      child.signal("SIGCONT");
      stopped.delete(child);
    }));
  }
  await Promise.all(stopped.values());
}

describe.each(Object.values(storeKinds))("$name", (kind) => {
  test(`G2, G3, G4, G5: ${fighters} processes fight for one run and are stopped ${stops} times (seed ${seed}): one executes at a time, and nothing of whoever was overtaken is acknowledged`, { timeout: 120_000 + stops * 2_000 }, async () => {
    const random = seededRandom(seed);
    const place = await emptyPlace();
    const backend = kind.open(place);
    const children = Array.from({ length: fighters }, (_, index) => startChild("contender.ts", kind.name, `c${index}`));
    await Promise.all(children.map((child) => child.line("ready")));
    const fates = new Map<string, number>();
    let [acquired, acknowledged] = [0, 0];
    for (let bout = 0; bout * stopsPerRun < stops; bout += 1) {
      const stateId = `run-${bout}`;
      const from = children.map(({ lines }) => lines.length);
      for (const [index, child] of children.entries()) child.send(`fight ${place} ${stateId} b${bout}c${index} ${Math.floor(random() * 2 ** 31)}`);
      await disturb(children, Math.min(stopsPerRun, stops - bout * stopsPerRun), random);
      for (const child of children) child.send("stop");
      await Promise.all(children.map((child, index) => child.line("over", from[index])));
      const said = children.map(({ lines }, index) => lines.slice(from[index]));
      const lives = said.flatMap(livesIn);
      const at = `run ${bout} of seed ${seed}`;
      for (const line of said.flat()) if (/^(?:refused|lost) /u.test(line)) fates.set(line, (fates.get(line) ?? 0) + 1);
      acquired += lives.length;
      for (const life of lives) acknowledged += life.acknowledged.length;
      expect(lives.length, at).toBeGreaterThan(0);
      expect(journalProblems(await readFound(backend, stateId), lives), at).toEqual([]);
      expect(await backend.verify?.(stateId), at).toEqual([]);
    }
    expect([...fates.keys()].filter((fate) => !["refused LEASE_HELD", "refused FENCED", "lost FENCED"].includes(fate))).toEqual([]);
    report(`${kind.name}: ${stops} stops, acquired ${acquired} times, ${acknowledged} appends acknowledged; ${[...fates].map(([fate, count]) => `${fate}: ${count}`).join(", ")}`);
    await Promise.all(children.map((child) => child.kill()));
    await backend.close();
  });
});
