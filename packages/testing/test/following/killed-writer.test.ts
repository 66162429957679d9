// Whoever follows a run does not care which process is at it, nor how that one ends.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fsBackend } from "@reprise/backend-fs";
import { createReprise, isRepriseError, type ExecutionEvent, type Reprise } from "@reprise/core";
import { expect, onTestFinished, test } from "vitest";

const program = fileURLToPath(new URL("counting.ts", import.meta.url));
const times = 200;
/** After how many events the process that is at the run is killed. */
const killAt = [90, 180];

interface Child {
  kill(): Promise<void>;
}

function start(dir: string): Child {
  const child = spawn(process.execPath, ["--conditions=@reprise/source", program, dir, "run-1", String(times)], { stdio: "inherit" });
  const gone = once(child, "close");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await gone;
  };
  onTestFinished(kill);
  return { kill };
}

async function untilThere(reprise: Reprise): Promise<void> {
  for (;;) {
    try {
      if ((await reprise.history("run-1")).lastSeq > 0) return;
    } catch (error) {
      if (!isRepriseError(error, "NOT_FOUND")) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("H5, G14: a run whose process is killed again and again is followed to its end, each event once and in order", { timeout: 120_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), "reprise-following-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const reprise = createReprise({ backend: fsBackend({ dir }) });
  let child = start(dir);
  await untilThere(reprise);
  const seen: ExecutionEvent[] = [];
  let kills = 0;
  for await (const event of reprise.events("run-1")) {
    seen.push(event);
    if (seen.length < (killAt[kills] ?? Infinity)) continue;
    kills += 1;
    await child.kill();
    child = start(dir);
  }
  const history = (await reprise.history("run-1")).events();
  expect(kills).toBe(killAt.length);
  expect(seen.at(-1)).toMatchObject({ status: "completed", address: "counting::agent_call", value: times });
  expect(seen.map(({ seq, status, address, attempt }) => ({ seq, status, address, attempt }))).toEqual(history.map(({ seq, status, address, attempt }) => ({ seq, status, address, attempt })));
  await reprise.close();
});
