import { seededRandom } from "@reprise/testing";
import { expect } from "vitest";
import { startChild, type Child } from "./support/child.ts";
import { journalProblems } from "./support/journal-problems.ts";
import { livesIn, type Life } from "./support/life.ts";
import { emptyPlace, pause } from "./support/place.ts";
import { readFound } from "./support/read-found.ts";
import type { StoreKind } from "./support/store-kind.ts";

// How many processes are killed in one loop: REPRISE_KILLS=5000 for a long run. When, says REPRISE_KILL_SEED.
export const kills = Number(process.env["REPRISE_KILLS"] ?? 100);
export const killSeed = Number(process.env["REPRISE_KILL_SEED"] ?? 1);
/** After so many a new run begins, in the same store: what is stored is read whole after every kill. */
const killsPerRun = 25;

/** What came of a loop. */
export interface KillReport {
  readonly acknowledged: number;
  /** Killed before they had said that they hold the run. */
  readonly killedEarly: number;
}

/**
 * Processes that append to one store, each killed with SIGKILL at a random moment and followed by the next, `count` times. After each
 * everything that was ever acknowledged is there, nothing foreign is, and `verify` is silent. Fails otherwise, with the number of the kill.
 */
export async function killAppenders(kind: StoreKind, count: number, seed: number): Promise<KillReport> {
  const random = seededRandom(seed);
  const place = await emptyPlace();
  const backend = kind.open(place);
  let acknowledged = 0;
  let killedEarly = 0;
  let known: readonly string[] = [];
  let lives: Life[] = [];
  let next = startChild("appender.ts", kind.name);
  for (let kill = 0; kill < count; kill += 1) {
    if (kill % killsPerRun === 0) [known, lives] = [[], []];
    const stateId = `run-${Math.floor(kill / killsPerRun)}`;
    const child = next;
    await child.line("ready");
    // The next one reads its code while this one works.
    next = startChild("appender.ts", kind.name);
    child.send(`go ${place} ${stateId} w${kill} mixed`);
    await randomMoment(child, random);
    await child.kill();
    // A holder that was killed is no reason to wait, nor anything else.
    expect(child.lines.filter((line) => line.startsWith("failed")), `kill ${kill} of seed ${seed}`).toEqual([]);
    const [life] = livesIn(child.lines);
    if (life === undefined) killedEarly += 1;
    else lives.push(life);
    acknowledged += life?.acknowledged.length ?? 0;
    const found = await readFound(backend, stateId);
    expect(journalProblems(found, lives, known), `kill ${kill} of seed ${seed}`).toEqual([]);
    if (found.length > 0) expect(await backend.verify?.(stateId), `kill ${kill} of seed ${seed}`).toEqual([]);
    known = found.map(({ text }) => text);
  }
  await next.kill();
  await backend.close();
  return { acknowledged, killedEarly };
}

/** Every third while it acquires, or soon after; a third from when it holds the run; the others when something was acknowledged. */
async function randomMoment(child: Child, random: () => number): Promise<void> {
  const kind = random();
  if (kind < 1 / 3) return pause(random() * 12);
  await child.line(kind < 2 / 3 ? "acquired" : "acknowledged");
  return pause(random() * 30);
}
