import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { agent, createReprise, tool } from "@reprise/core";
import type { StateBackend, StateWriter } from "@reprise/core/spi";
import { seededRandom } from "@reprise/testing";
import { describe, expect, test, type TestContext } from "vitest";
import { startChildUnder } from "./support/child.ts";
import { imageFileSystem, tmpfs, type FileSystem, type Obstacle } from "./support/file-system.ts";
import { journalProblems } from "./support/journal-problems.ts";
import { groupSize, livesIn, textOf, type Life } from "./support/life.ts";
import { emptyPlace } from "./support/place.ts";
import { readFound } from "./support/read-found.ts";
import { report } from "./support/report.ts";
import { codeOf } from "./support/speech.ts";
import { storeKinds, type StoreKind } from "./support/store-kind.ts";

// How often a small file system is filled under a store and freed: REPRISE_FULL_DISKS=200 for a long run. How much is left, says REPRISE_FULL_SEED.
const fillings = Number(process.env["REPRISE_FULL_DISKS"] ?? 4);
const seed = Number(process.env["REPRISE_FULL_SEED"] ?? 1);
const mebibyte = 2 ** 20;

function fileSystemOr(skip: TestContext["skip"], name: string, made: FileSystem | Obstacle): FileSystem {
  if (!("obstacle" in made)) return made;
  report(`SKIPPED: full disks need a mounted ${name}, which this machine refuses: ${made.obstacle}`);
  return skip(made.obstacle);
}

const fileSystems: readonly (readonly [name: string, make: () => FileSystem | Obstacle])[] = [
  ["tmpfs", () => tmpfs(4 * mebibyte)],
  ["ext4", () => imageFileSystem("ext4", 24 * mebibyte)],
];

/** Appends until it fails, at most so many groups. */
async function extend(writer: StateWriter, name: string, most: number): Promise<{ readonly life: Life; readonly code: string | undefined }> {
  const acknowledged: Life["acknowledged"][number][] = [];
  const life: Life = { name, epoch: writer.epoch, lastSeq: writer.lastSeq, acquiredAt: 0, acknowledged };
  let first = 1;
  try {
    for (let group = 0; group < most; group += 1) {
      const size = groupSize(first);
      const seq = await writer.append(Array.from({ length: size }, (_, index) => Buffer.from(textOf(name, first + index))), { expect: writer.lastSeq });
      acknowledged.push({ seq, first, size, calledAt: 0, acknowledgedAt: 0 });
      first += size;
    }
    return { life, code: undefined };
  } catch (error) {
    return { life, code: codeOf(error) };
  }
}

/** What the promise rejects with, as a code; undefined if it resolves. */
async function refusalOf(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(() => undefined, codeOf);
}

/** Contents that were put are there, whatever happened since. */
async function expectContents({ artifacts }: StateBackend, contents: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [id, bytes] of contents) expect(Buffer.from((await artifacts?.get(id)) ?? []).equals(bytes), id).toBe(true);
}

describe.each(Object.values(storeKinds).flatMap((kind) => fileSystems.map(([name, make]) => ({ kind, name, make }))))("$kind.name on $name", ({ kind, name, make }) => {
  test(`G1, G3, G8, G12: filled and freed ${fillings} times (seed ${seed}), it says NO_SPACE, loses nothing acknowledged, and a new acquire goes on`, { timeout: 120_000 + fillings * 10_000 }, async ({ skip }) => {
    const disk = fileSystemOr(skip, name, make());
    const random = seededRandom(seed);
    const place = join(disk.path, "store");
    const lives: Life[] = [];
    const contents = new Map<string, Uint8Array>();
    for (let filling = 0; filling < fillings; filling += 1) {
      const at = `filling ${filling} of seed ${seed}`;
      const backend = kind.open(place);
      const writer = await backend.acquire("run", { owner: "me", create: "may" });
      lives.push((await extend(writer, `a${filling}`, 3)).life);
      await writer.release();
      const own = await backend.acquire("run", { owner: "me", create: "never" });
      // SQLite takes whole pages for each commit.
      disk.fill(Math.floor(random() * (kind.name === "fs" ? 40 : 400)) * 1024);
      const { life, code } = await extend(own, `b${filling}`, 3_000);
      lives.push(life);
      expect(code, at).toBe("NO_SPACE");
      expect(codeOf(own.signal.reason), at).toBe("NO_SPACE");
      // What needs no space works, and what needs some says so.
      expect(journalProblems(await readFound(backend, "run"), lives), at).toEqual([]);
      await expectContents(backend, contents);
      const bytes = randomBytes(200_000);
      expect(await refusalOf(backend.artifacts?.put(bytes) ?? Promise.resolve()), at).toBe("NO_SPACE");
      expect(["NO_SPACE", undefined], at).toContain(await refusalOf(backend.post("run", `m-${filling}`, randomBytes(100_000))));
      await refusalOf(own.release());
      expect(["NO_SPACE", undefined], at).toContain(await refusalOf(backend.acquire("run", { owner: "me", create: "never" }).then((next) => next.release())));
      await backend.close();

      disk.free();
      const later = kind.open(place);
      const next = await later.acquire("run", { owner: "me", create: "never" });
      const last = await extend(next, `c${filling}`, 2);
      expect(last.code, at).toBeUndefined();
      lives.push(last.life);
      const small = randomBytes(20_000);
      const stored = await later.artifacts?.put(small);
      if (stored !== undefined) contents.set(stored.id, small);
      expect(journalProblems(await readFound(later, "run"), lives), at).toEqual([]);
      expect(await later.verify?.("run"), at).toEqual([]);
      await later.close();
    }
    report(`${kind.name} on ${name}: filled ${fillings} times, ${lives.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)} appends acknowledged`);
  });

  test("G3: a run of a pipeline that meets a full disk goes on when there is space, and repeats nothing that was acknowledged", { timeout: 120_000 }, async ({ skip }) => {
    const disk = fileSystemOr(skip, name, make());
    const place = join(disk.path, "store");
    const ran = new Map<number, number>();
    const seen = new Set<number>();
    const step = tool({
      name: "step",
      run: (number: number) => {
        ran.set(number, (ran.get(number) ?? 0) + 1);
        return `${number}:${"x".repeat(9_000)}`;
      },
    });
    const work = agent({
      name: "work",
      run: async (count: number, context) => {
        let length = 0;
        for (let number = 0; number < count; number += 1) {
          length += (await context.run(step, number)).length;
          seen.add(number);
        }
        return length;
      },
    });
    const first = createReprise({ backend: kind.open(place) });
    expect((await first.execute(work, 2, { stateId: "earlier" })).status).toBe("completed");
    [ran, seen].forEach((each) => each.clear());
    disk.fill(120 * 1024);
    const full = await first.execute(work, 40, { stateId: "run" });
    expect(full).toMatchObject({ status: "failed", error: { code: "NO_SPACE" } });
    expect(seen.size).toBeGreaterThan(0);
    const acknowledged = new Set(seen);
    await first.close();
    disk.free();
    const second = createReprise({ backend: kind.open(place) });
    const outcome = await second.execute(work, 40, { stateId: "run" });
    expect(outcome.status).toBe("completed");
    for (const number of acknowledged) expect(ran.get(number), `step ${number}`).toBe(1);
    expect((await second.verify("run")).findings).toEqual([]);
    await second.close();
  });
});

/** Where nothing may be mounted there is at least this: a process whose files may not become larger. */
test.each(Object.values(storeKinds))("G3, G4: $name: a process that may not make its files larger ends its run there, loses nothing acknowledged, and the next goes on", { timeout: 60_000 }, async (kind: StoreKind) => {
  const place = await emptyPlace();
  const child = startChildUnder(["sh", "-c", 'ulimit -f 600; exec "$@"', "sh"], "appender.ts", kind.name);
  await child.line("ready");
  child.send(`go ${place} run w power`);
  expect(await child.line("failed")).toMatch(/^failed w (?:NO_SPACE|POISONED|IO)$/u);
  await child.kill();
  const backend = kind.open(place);
  const lives = livesIn(child.lines);
  expect(lives[0]?.acknowledged.length).toBeGreaterThan(3);
  expect(journalProblems(await readFound(backend, "run"), lives)).toEqual([]);
  const next = await backend.acquire("run", { owner: "me", create: "never" });
  expect((await extend(next, "n", 3)).code).toBeUndefined();
  expect(await backend.verify?.("run")).toEqual([]);
  await backend.close();
});
