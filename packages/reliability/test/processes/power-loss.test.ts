import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "@reprise/testing";
import { describe, expect, test, type TestContext } from "vitest";
import { startChild, type Child } from "./support/child.ts";
import { imageFileSystem, type ImageFileSystem } from "./support/file-system.ts";
import { journalProblems } from "./support/journal-problems.ts";
import { lifeBefore, livesIn, type Life } from "./support/life.ts";
import { pause } from "./support/place.ts";
import { readFound } from "./support/read-found.ts";
import { report } from "./support/report.ts";
import { storeKinds, type StoreKind } from "./support/store-kind.ts";

// How often the power of a file system is cut under a process that appends: REPRISE_POWER_CUTS=1000 for a long run. When, says REPRISE_POWER_SEED.
// REPRISE_POWER_FS=xfs tries another file system than ext4. What it proves and what not: docs/reliability.md.
const cuts = Number(process.env["REPRISE_POWER_CUTS"] ?? 8);
const seed = Number(process.env["REPRISE_POWER_SEED"] ?? 1);
const type = process.env["REPRISE_POWER_FS"] ?? "ext4";
/** After so many the store is left, and a new one made in a directory that is not there yet. */
const cutsPerStore = 4;
const mebibyte = 2 ** 20;

function fileSystemOr(skip: TestContext["skip"]): ImageFileSystem {
  const made = imageFileSystem(type, (type === "xfs" ? 400 : 96) * mebibyte);
  if (!("obstacle" in made)) return made;
  report(`SKIPPED: power losses need a loop mount of ${type}, which this machine refuses: ${made.obstacle}`);
  return skip(made.obstacle);
}

/** Somebody else on the same disk, whose syncs write out names and sizes before their contents. */
function neighbour(path: string): () => void {
  const file = openSync(join(path, "neighbour"), "w");
  const timer = setInterval(() => {
    writeSync(file, "x");
    fsyncSync(file);
  }, 4);
  return () => {
    clearInterval(timer);
    closeSync(file);
  };
}

interface Loss {
  /** What the writer had said by then. */
  readonly life: Life | undefined;
}

/** Lets a process append, cuts the power at a random moment, and mounts the file system again. */
async function lose(fileSystem: ImageFileSystem, child: Child, sentence: string, random: () => number): Promise<Loss> {
  await child.line("ready");
  const end = random() < 0.5 ? neighbour(fileSystem.path) : () => undefined;
  child.send(sentence);
  if (random() < 3 / 4) await child.line("acquired");
  await pause(random() * 60);
  end();
  const cutAt = Number(process.hrtime.bigint());
  fileSystem.cutPower();
  await child.kill();
  // With `writeback` a file may be as long as it was, and hold what was never written to it.
  fileSystem.mountAnew(type === "ext4" && random() < 0.5 ? "data=writeback" : "defaults");
  return { life: lifeBefore(livesIn(child.lines)[0], cutAt) };
}

/** How much of a journal must be there for ever: what somebody was told is stored, or was shown when it acquired. */
function provenSeq(lives: readonly Life[]): number {
  return Math.max(0, ...lives.flatMap(({ lastSeq, acknowledged }) => [lastSeq, ...acknowledged.map(({ seq }) => seq)]));
}

async function loseOften(kind: StoreKind, fileSystem: ImageFileSystem): Promise<number> {
  const random = seededRandom(seed);
  let acknowledged = 0;
  let lives: Life[] = [];
  let known: readonly string[] = [];
  let next = startChild("appender.ts", kind.name);
  for (let cut = 0; cut < cuts; cut += 1) {
    if (cut % cutsPerStore === 0) [lives, known] = [[], []];
    const place = join(fileSystem.path, `store-${Math.floor(cut / cutsPerStore)}`, "deep");
    const at = `cut ${cut} of seed ${seed}`;
    const child = next;
    next = startChild("appender.ts", kind.name);
    const { life } = await lose(fileSystem, child, `go ${place} run w${cut} power`, random);
    if (life !== undefined) lives.push(life);
    acknowledged += life?.acknowledged.length ?? 0;
    const backend = kind.open(place);
    const found = await readFound(backend, "run");
    expect(journalProblems(found, lives, known), at).toEqual([]);
    if (found.length > 0) expect(await backend.verify?.("run"), at).toEqual([]);
    await backend.close();
    known = found.slice(0, provenSeq(lives)).map(({ text }) => text);
  }
  await next.kill();
  return acknowledged;
}

describe.each(Object.values(storeKinds))("$name", (kind) => {
  test(`G1, G3, G4, G7: ${cuts} losses of power under a process that appends lose nothing acknowledged (seed ${seed})`, { timeout: 120_000 + cuts * 10_000 }, async ({ skip }) => {
    const fileSystem = fileSystemOr(skip);
    const started = performance.now();
    const acknowledged = await loseOften(kind, fileSystem);
    report(`${kind.name}: ${cuts} losses of power on ${type}, ${acknowledged} appends acknowledged, ${((performance.now() - started) / cuts).toFixed(0)} ms each`);
    expect(acknowledged).toBeGreaterThan(0);
  });

  test("what was acknowledged for the death of a process only is lost now and then: the cut is one", { timeout: 120_000 }, async ({ skip }) => {
    const fileSystem = fileSystemOr(skip);
    const random = seededRandom(seed);
    for (let cut = 0; cut < 20; cut += 1) {
      const place = join(fileSystem.path, `store-${cut}`);
      const { life } = await lose(fileSystem, startChild("appender.ts", kind.name), `go ${place} run w${cut} process`, random);
      const backend = kind.open(place);
      const problems = journalProblems(await readFound(backend, "run"), life === undefined ? [] : [life]);
      await backend.close();
      if (problems.some((problem) => problem.startsWith("lost:"))) return;
    }
    throw new Error("20 losses of power have lost nothing: they are none");
  });
});
