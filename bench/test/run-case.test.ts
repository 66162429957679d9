import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCase } from "../src/run-case.ts";
import { checkWork } from "../src/scenarios/check-work.ts";
import { Work } from "../src/work.ts";

async function outcomeOf(scenario: string, contestant: string, size: number): Promise<unknown> {
  const directory = await mkdtemp(join(tmpdir(), "reprise-case-"));
  try {
    const outcome = await runCase({ scenario, contestant, size }, directory);
    expect((await readdir(directory)).filter((name) => !name.endsWith("-prepared"))).toEqual([]);
    return outcome;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const patience = { timeout: 60_000 };

test("a case is measured in a process of its own, which leaves nothing behind", patience, async () => {
  expect(await outcomeOf("peak-memory", "Reprise, fs process", 10)).toMatchObject({ figures: { added: expect.any(Number) } });
});

test.each(["file, write + fdatasync", "Reprise, fs power"])("%s: a process is killed inside a call, and the time is taken until another enters it", patience, async (contestant) => {
  expect(await outcomeOf("resume", contestant, 5)).toMatchObject({ figures: { ms: expect.any(Number) } });
});

test("what goes wrong in the process is the reason why there is no figure", patience, async () => {
  expect(await outcomeOf("fan-out", "file, nowhere", 5)).toEqual({ failed: 'Error: there is no contestant "file, nowhere"' });
});

test("a handler that was called too often, and a result that did not come back, are errors", async () => {
  const work = new Work({ now: () => 0 });
  await work.perform(0);
  await work.perform(1);
  expect(() => checkWork(work, { calls: 2, sum: 1 })).not.toThrow();
  expect(() => checkWork(work, { calls: 1, sum: 0 })).toThrow("called 2 times instead of 1");
  expect(() => checkWork(work, { calls: 2, sum: 0 })).toThrow("add up to 0 instead of 1");
});

test("a result is some 200 bytes of JSON, with a text of its own", async () => {
  const work = new Work({ now: () => 1_795_309_200_000 });
  const [first, last] = [await work.perform(0), await work.perform(9_999)];
  expect([first, last].map((result) => JSON.stringify(result).length)).toEqual([198, 201]);
  expect(first.text).not.toBe(last.text);
});
