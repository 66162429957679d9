// A group in processes of their own, on disk, each of which is killed in the middle.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createReprise } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";
import { expect, onTestFinished, test } from "vitest";
import { seededRandom } from "../../src/index.ts";

const program = fileURLToPath(new URL("thousand-branches.ts", import.meta.url));
const kills = 20;
const workers = 7;

/** Runs the program until it ends, or is killed; what it says if it ends. */
function run(dir: string, dieAfter: number, delayMs: number): Promise<{ readonly signal: NodeJS.Signals | null; readonly said: string }> {
  const child = spawn(process.execPath, ["--conditions=@reprise/source", program, dir, String(dieAfter), String(delayMs)], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stdout.on("data", (data: Buffer) => (said += data.toString()));
  return new Promise((resolve) => child.once("close", (_code, signal) => resolve({ signal, said })));
}

test("P1, R2: 1,000 branches, 7 at a time, killed at 20 random points, end in their places, each finished call run once", { timeout: 600_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), "reprise-groups-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const seed = 20_261_121;
  const random = seededRandom(seed);
  for (let kill = 0; kill < kills; kill += 1) {
    // They share what there is to do, so that each dies with some of it left.
    const { signal, said } = await run(dir, 1 + Math.floor(random() * (1_000 / kills - workers - 1)), Math.floor(random() * 4));
    expect([signal, said], `kill ${kill + 1}, seed ${seed}`).toEqual(["SIGKILL", ""]);
  }
  const { said } = await run(dir, 0, 0);
  const { squares, order } = JSON.parse(said) as { squares: number[]; order: number[] };
  expect(squares).toEqual(Array.from({ length: 1_000 }, (_, index) => index * index));

  const history = await createReprise({ backend: fsBackend({ dir: join(dir, "runs") }) }).history("run-1");
  const events = history.events({ actor: "square" });
  const completed = new Map<string, number>();
  for (const { address, status, seq } of events) {
    expect(completed.get(address), `${address} had completed, seq ${seq}`).toBeUndefined();
    if (status === "completed") completed.set(address, seq);
  }
  expect(completed.size).toBe(1_000);
  // The stream of the last process had the order in which the branches of all of them ended.
  const ended = history.events({ type: "branch" }).filter(({ status }) => status === "completed");
  expect(order).toEqual(ended.map(({ address }) => Number(/\{(\d+)\}/u.exec(address)?.[1])));
  // What was cut off ran again, and nothing else.
  const ran = (await readFile(join(dir, "ran.txt"), "utf8")).trim().split("\n");
  expect(new Set(ran).size).toBe(1_000);
  expect(ran.length).toBeLessThanOrEqual(1_000 + kills * workers);
  // A handler runs only behind a started record; the last ones of a process may not have come to run.
  expect(events.filter(({ status }) => status === "started").length).toBeGreaterThanOrEqual(ran.length);
});
