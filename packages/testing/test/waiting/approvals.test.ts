// An approval that another process gives: never lost, never applied twice, whatever the process that asks is at.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { agent, createReprise, tool, type Reprise } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { seededRandom } from "../../src/index.ts";
import { directory } from "./support/child.ts";
import { approvalRounds } from "./support/approval-rounds.ts";

const rounds = approvalRounds();

interface Answerer {
  /** Asks the other process to answer the wait of a run; resolves when it has. */
  answer(stateId: string): Promise<void>;
}

function answererOn(dir: string): Answerer {
  const child = spawn(process.execPath, ["--conditions=@reprise/source", fileURLToPath(new URL("answerer.ts", import.meta.url)), dir], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const waiting = new Map<string, () => void>();
  createInterface({ input: child.stdout }).on("line", (line) => waiting.get(JSON.parse(line) as string)?.());
  return {
    answer: (stateId) =>
      new Promise((resolve) => {
        waiting.set(stateId, resolve);
        child.stdin.write(`${stateId}\n`);
      }),
  };
}

/** A pipeline that publishes once it is approved, and counts how often it did. */
function pipeline(beside: Promise<void> | undefined) {
  const published: string[] = [];
  const publish = tool({ name: "publish", run: (stateId: string) => void published.push(stateId) });
  const hold = tool({ name: "hold", run: () => beside });
  const work = agent({
    name: "work",
    run: async (stateId: string, context) => {
      const held = beside === undefined ? undefined : context.run(hold);
      const approved = await context.waitFor<boolean>("approval");
      if (approved) await context.run(publish, stateId);
      await held;
      return approved;
    },
  });
  return { work, published };
}

async function appliedOnce(reprise: Reprise, stateId: string, published: readonly string[]): Promise<void> {
  expect(published).toEqual([stateId]);
  const events = (await reprise.history(stateId)).events();
  expect(events.filter(({ type, status }) => type === "wait_call" && status === "completed")).toHaveLength(1);
  expect((await reprise.list({ dueBefore: Date.now() })).rows).toEqual([]);
}

describe("I4: an approval of a second process is never lost and never applied twice", () => {
  const within = { timeout: 60_000 + rounds * 1_000 };

  test(`I4: while the first is down, ${rounds} times`, within, async () => {
    const dir = await directory();
    const { answer } = answererOn(dir);
    for (let round = 0; round < rounds; round += 1) {
      const stateId = `down-${round}`;
      const { work, published } = pipeline(undefined);
      const first = createReprise({ backend: fsBackend({ dir }) });
      expect((await first.execute(work, stateId, { stateId })).status).toBe("awaiting");
      await first.close();
      await answer(stateId);
      const second = createReprise({ backend: fsBackend({ dir }) });
      expect(await second.resume(work, stateId)).toMatchObject({ status: "completed", value: true });
      await appliedOnce(second, stateId, published);
      await second.close();
    }
  });

  test(`I4: while the first is up, ${rounds} times`, within, async () => {
    const dir = await directory();
    const { answer } = answererOn(dir);
    const reprise = createReprise({ backend: fsBackend({ dir }) });
    for (let round = 0; round < rounds; round += 1) {
      const stateId = `up-${round}`;
      let release = (): void => undefined;
      const { work, published } = pipeline(new Promise((resolve) => { release = resolve; }));
      const executing = reprise.execute(work, stateId, { stateId });
      await answer(stateId);
      await expect.poll(() => published, { timeout: 30_000, interval: 5 }).toEqual([stateId]);
      release();
      expect(await executing).toMatchObject({ status: "completed", value: true });
      await appliedOnce(reprise, stateId, published);
    }
    await reprise.close();
  });

  test(`I4: in the very moment of suspending, ${rounds} times`, within, async () => {
    const dir = await directory();
    const { answer } = answererOn(dir);
    const random = seededRandom(7);
    for (let round = 0; round < rounds; round += 1) {
      const stateId = `moment-${round}`;
      const { work, published } = pipeline(undefined);
      const reprise = createReprise({ backend: fsBackend({ dir }) });
      const executing = reprise.execute(work, stateId, { stateId });
      await new Promise((resolve) => setTimeout(resolve, random() * 6));
      const [outcome] = await Promise.all([executing, answer(stateId)]);
      if (outcome.status === "awaiting") expect((await reprise.resume(work, stateId)).status).toBe("completed");
      else expect(outcome.status).toBe("completed");
      await appliedOnce(reprise, stateId, published);
      await reprise.close();
    }
  });
});
