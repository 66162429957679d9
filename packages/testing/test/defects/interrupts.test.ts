// Defects of the system that came before, turned round: interruption, its messages and what stays behind.
import { agent, createReprise, tool, type ExecutionInterruptedError, type LeafContext } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import { expect, test } from "vitest";
import { recordingSubscriber } from "../../src/index.ts";
import { latch, rejectionOf } from "../rules/support/world.ts";

const stateId = "run-1";
const untilAborted = ({ signal }: LeafContext): Promise<never> => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));

test("defect-T31: an interruption is the same at every depth: one notice, one error, no result of an actor in its place", async () => {
  const begun = latch();
  const leaf = tool({ name: "leaf", run: (_: void, context) => { begun.open(); return untilAborted(context); } });
  const codes: unknown[] = [];
  const nest = (depth: number): ReturnType<typeof agent<void, unknown>> =>
    agent({
      name: `level${depth}`,
      run: async (_input: void, context): Promise<unknown> => {
        const result = await context.try(depth === 0 ? leaf : nest(depth - 1)).catch((error: unknown) => { codes.push((error as ExecutionInterruptedError).code); throw error; });
        return result.ok;
      },
    });
  const heard = recordingSubscriber();
  const reprise = createReprise({ backend: memoryBackend(), subscribers: [heard] });
  const executing = reprise.execute(nest(3), undefined, { stateId });
  await begun.promise;
  expect(await reprise.interrupt(stateId, { message: "stop" })).toBe(true);
  expect((await executing).status).toBe("interrupted");
  expect(codes).toEqual(Array.from({ length: 4 }, () => "EXECUTION_INTERRUPTED"));
  expect(heard.of("interrupt")).toHaveLength(1);
  expect(heard.of("event").filter(({ status }) => status === "failed")).toEqual([]);
});

test("defect-T31: a state that is restored is clean, and a result that was finished is not made again", async () => {
  let runs = 0;
  const paid = tool({ name: "paid", run: () => { runs += 1; return "paid"; } });
  const reprise = createReprise({ backend: memoryBackend() });
  const state = await reprise.create({ stateId });
  await state.run(paid);
  state.interrupt();
  expect((await rejectionOf(state.run(paid))).code).toBe("EXECUTION_INTERRUPTED");
  await state.close();
  const restored = await reprise.load(stateId);
  expect([await restored.run(paid), runs]).toEqual(["paid", 1]);
  await reprise.close();
});

test("defect-T32: a checkpoint that could not be stored is not called saved, and the run is not said to be interrupted", async () => {
  const heard = recordingSubscriber();
  const backend = memoryBackend();
  const reprise = createReprise({ backend, subscribers: [heard], graceMs: 50 });
  const begun = latch();
  const executing = reprise.execute(agent({ name: "work", run: (_input: void, context) => context.run(tool({ name: "leaf", run: (_: void, leaf) => { begun.open(); return untilAborted(leaf); } })) }), undefined, { stateId });
  await begun.promise;
  // Somebody takes the run away.
  await backend.remove(stateId, { force: true });
  await reprise.interrupt(stateId).catch(() => undefined);
  const outcome = await executing;
  expect(outcome.status).toBe("failed");
  expect(heard.of("interrupt").map(({ checkpoint }) => checkpoint)).not.toContain("saved");
});

test("defect-T33: a deadline interrupts in the middle of a handler, and does not outlive the run", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const slow = tool({ name: "slow", run: (_: void, context) => untilAborted(context) });
  const since = performance.now();
  const outcome = await reprise.execute(agent({ name: "work", run: (_input: void, context) => context.run(slow) }), undefined, { deadlineMs: 30 });
  expect(outcome).toMatchObject({ status: "interrupted", signal: { reason: "timeout" } });
  expect(performance.now() - since).toBeLessThan(3_000);
  const quick = await reprise.execute(agent({ name: "quick", run: () => 1 }), undefined, { stateId, deadlineMs: 30 });
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect([quick.status, (await reprise.head(stateId))?.status]).toEqual(["completed", "completed"]);
});

test("defect-T35: what was cancelled or interrupted leaves no call that looks as if it ran for ever", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const begun = latch();
  const leaf = tool({ name: "leaf", run: (_: number, context) => { begun.open(); return untilAborted(context); } });
  const executing = reprise.execute(agent({ name: "work", run: (_input: void, context) => context.map("all", [1, 2], leaf) }), undefined, { stateId });
  await begun.promise;
  await reprise.interrupt(stateId);
  await executing;
  expect((await reprise.history(stateId)).calls({ status: "started" })).toEqual([]);
});

test("defect-T36: a stream of events gives everything up to the interruption, and ends", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  const state = await reprise.create({ stateId });
  const seen: string[] = [];
  const reading = (async () => { for await (const { status } of state.events()) seen.push(status); })();
  await state.run(tool({ name: "first", run: () => 1 }));
  const hanging = rejectionOf(state.run(tool({ name: "hangs", run: (_: void, context) => untilAborted(context) })));
  await new Promise((resolve) => setTimeout(resolve, 5));
  state.interrupt();
  await hanging;
  await reading;
  expect(seen).toEqual(["started", "completed", "started", "interrupted"]);
  await reprise.close();
});

test("defect-T40: a group is interrupted like everything else, and leaves no branch at work", async () => {
  const reprise = createReprise({ backend: memoryBackend() });
  let working = 0;
  const begun = latch();
  const item = tool({
    name: "item",
    run: async (_: number, context) => {
      working += 1;
      if (working === 3) begun.open();
      try {
        await untilAborted(context);
      } finally {
        working -= 1;
      }
    },
  });
  const state = await reprise.create({ stateId });
  const group = rejectionOf(state.map("items", [1, 2, 3, 4, 5], item, { maxWorkers: 3 }));
  await begun.promise;
  state.interrupt({ reason: "resource_limit", message: "too hot" });
  expect(await group).toMatchObject({ code: "EXECUTION_INTERRUPTED", reason: "resource_limit" });
  expect([working, state.history.calls({ actor: "item" }).length]).toEqual([0, 3]);
  await reprise.close();
});
