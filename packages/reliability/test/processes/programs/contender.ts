// Wants runs that others want, too. Told `race <place> <stateId> <life>`, and then `end`; or `fight <place> <stateId> <life> <seed>`, and then `stop`.
// node --conditions=@reprise/source contender.ts <fs | sqlite> <name>
import type { StateBackend, StateWriter } from "@reprise/core/spi";
import { seededRandom } from "@reprise/testing";
import { groupSize, lifeLines, textOf } from "../support/life.ts";
import { codeOf, now, say, words } from "../support/speech.ts";
import { storeKind } from "../support/store-kind.ts";

const kind = storeKind(process.argv[2]);
const name = process.argv[3] ?? "";
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** What nobody expects is shown whole. */
function shown(error: unknown): void {
  if (!["LEASE_HELD", "FENCED"].includes(codeOf(error))) console.error(error);
}

/** Acquires once. Says `acquired …`, or `refused <code>`. */
async function tried(backend: StateBackend, stateId: string, life: string): Promise<StateWriter | undefined> {
  try {
    const writer = await backend.acquire(stateId, { owner: life, create: "may" });
    say(lifeLines.acquired(life, writer.epoch, writer.lastSeq, now()));
    return writer;
  } catch (error) {
    shown(error);
    say(`refused ${codeOf(error)}`);
    return undefined;
  }
}

/** Appends so many groups; says what was acknowledged, and `lost <code>` if the run was lost over it. */
async function extended(writer: StateWriter, life: string, groups: number, isOver = (): boolean => false): Promise<boolean> {
  let first = 1;
  try {
    for (let group = 0; group < groups && !isOver(); group += 1) {
      const size = groupSize(first);
      const texts = Array.from({ length: size }, (_, index) => Buffer.from(textOf(life, first + index)));
      const calledAt = now();
      const seq = await writer.append(texts, { expect: writer.lastSeq });
      say(lifeLines.acknowledged(life, seq, first, size, calledAt, now()));
      first += size;
    }
    return true;
  } catch (error) {
    shown(error);
    say(`lost ${codeOf(error)}`);
    return false;
  }
}

/** One attempt, on a place where perhaps nothing is yet; what was acquired is held until `end`. */
async function race(place: string, stateId: string, life: string, end: Promise<void>): Promise<void> {
  const backend = kind.open(place);
  const writer = await tried(backend, stateId, life);
  if (writer !== undefined) await extended(writer, life, 2);
  say("raced");
  await end;
  await backend.close();
  say("over");
}

/** Again and again until told to stop. Nobody sees who is alive, only whose beat has stopped. */
async function fight(place: string, stateId: string, life: string, seed: number, isOver: () => boolean): Promise<void> {
  const random = seededRandom(seed);
  const backend = kind.open(place, { hiddenAs: name, ttlMs: 80 });
  for (let turn = 1; !isOver(); turn += 1) {
    const own = `${life}.${turn}`;
    const writer = await tried(backend, stateId, own);
    // Some hold the run until it is taken from them.
    if (writer !== undefined && (await extended(writer, own, random() < 0.2 ? Infinity : Math.ceil(random() * 12), isOver))) await writer.release();
    await pause(1 + random() * 20);
  }
  await backend.close();
  say("over");
}

let finish = (): void => undefined;
for await (const [word, place = "", stateId = "", life = "", seed] of words()) {
  if (word === "race") void race(place, stateId, life, new Promise((resolve) => (finish = resolve)));
  else if (word === "fight") {
    let over = false;
    finish = () => void (over = true);
    void fight(place, stateId, life, Number(seed), () => over);
  } else finish();
}
