import { agent, createReprise, interruptOnSignals, statisticsOf, tool, type AgentContext } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import { describe, expect, test } from "vitest";
import { stateId } from "./support/world.ts";

// How to know that it works: an option that there is not is refused by every verb, by its name and with the names that there are:
// misspelt, it would be as if it had not been given. The types say so too, but not to JavaScript, nor of an object that was put together.

const step = tool({ name: "step", run: (value: number) => value });
const work = agent({ name: "work", run: () => 1 });
const misspelt = { timoutMs: 5 } as never;
const refusal = { code: "INVALID_OPTION", path: "timoutMs", message: expect.stringMatching(/timoutMs is not an option \(options: \w/u) };

describe("an option that there is not is refused", () => {
  const reprise = createReprise({ backend: memoryBackend() });

  test.each<[string, () => unknown]>([
    ["createReprise", () => createReprise(misspelt)],
    ["memoryBackend", () => memoryBackend(misspelt)],
    ["tool", () => tool({ name: "step", run: () => 1, ...(misspelt as object) })],
    ["execute", () => reprise.execute(work, undefined, misspelt)],
    ["resume", () => reprise.resume(work, stateId, misspelt)],
    ["create", () => reprise.create(misspelt)],
    ["load", () => reprise.load(stateId, misspelt)],
    ["rewind", () => reprise.rewind(stateId, { position: 1 }, misspelt)],
    ["fork", () => reprise.fork(stateId, misspelt)],
    ["wake", () => reprise.wake([work], misspelt)],
    ["compact", () => reprise.compact(stateId, misspelt)],
    ["collectArtifacts", () => reprise.collectArtifacts(misspelt)],
    ["export", () => reprise.export(stateId, misspelt)],
    ["import", () => reprise.import(new Uint8Array(), misspelt)],
    ["handOff", () => reprise.handOff(stateId, misspelt)],
    ["answer", () => reprise.answer(stateId, "approval", true, misspelt)],
    ["interrupt", () => reprise.interrupt(stateId, misspelt)],
    ["events", () => reprise.events(stateId, misspelt)],
    ["statisticsOf", () => statisticsOf([], misspelt)],
    ["interruptOnSignals", () => interruptOnSignals(reprise, misspelt)],
  ])("by %s", async (_, call) => {
    await expect(async () => call()).rejects.toMatchObject(refusal);
  });

  test.each<[string, (context: AgentContext) => unknown]>([
    ["run", (context) => context.run(step, 1, misspelt)],
    ["try", (context) => context.try(step, 1, misspelt)],
    ["map", (context) => context.map("all", [1], step, misspelt)],
    ["parallel", (context) => context.parallel("all", [() => 1], misspelt)],
    ["waitFor", (context) => context.waitFor("approval", misspelt)],
    ["sleep", (context) => context.sleep(1, misspelt)],
  ])("by %s of a context, before anything is recorded", async (_, call) => {
    const caught = agent({ name: "caught", run: async (_input: undefined, context) => (async () => call(context))().catch((error: unknown) => ({ code: (error as { code?: string }).code })) });
    const state = await reprise.create();
    const before = state.history.events().length;
    expect(await state.run(caught)).toMatchObject({ code: "INVALID_OPTION" });
    expect(state.history.events().slice(before).map(({ name }) => name)).toEqual(["caught", "caught"]);
    await state.close();
  });

  test.each<[string, (state: Awaited<ReturnType<typeof reprise.create>>) => unknown]>([
    ["saveCheckpoint", (state) => state.saveCheckpoint(misspelt)],
    ["interrupt", (state) => state.interrupt(misspelt)],
    ["setDeadline", (state) => state.setDeadline(1, misspelt)],
    ["events", (state) => state.events(misspelt)],
  ])("by %s of a run", async (_, call) => {
    const state = await reprise.create();
    await expect(async () => call(state)).rejects.toMatchObject(refusal);
    await state.close();
  });
});
