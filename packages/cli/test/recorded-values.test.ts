import { agent, createReprise, tool } from "@reprise/core";
import { beforeAll, describe, expect, test } from "vitest";
import { storeKinds } from "./support/actors.ts";
import { newDirectory } from "./support/stores.ts";
import { useReprise } from "./support/use-reprise.ts";

// What is recorded may be anything that H2 knows; JSON knows less.

const values = { big: 10n, at: new Date(0), scores: new Map([["a", 1n]]), bytes: new Uint8Array(3), nothing: undefined };
const give = tool({ name: "give", run: (input: unknown) => input });
const asks = agent({
  name: "asks",
  run: async (_input: undefined, context) => {
    await context.run(give, values);
    context.storage.set("values", values);
    return context.waitFor("amount", { prompt: { amount: 10n, by: new Date(0) } });
  },
});

describe.each(storeKinds)("on $kind", { timeout: 120_000 }, (kind) => {
  let store = "";
  beforeAll(async () => {
    const place = kind.place(await newDirectory());
    const reprise = createReprise({ backend: kind.open(place) });
    await reprise.execute(asks, undefined, { stateId: "asked", metadata: { budget: 10n } });
    await reprise.close();
    store = `${kind.kind}:${place}`;
  });
  const printed = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await useReprise([...words, "--backend", store]);
    expect([words, code, stderr]).toEqual([words, 0, ""]);
    return stdout;
  };

  test.concurrent("H2: pending shows a prompt that JSON does not know, to people and programs as events does", async () => {
    expect(await printed("pending")).toContain('{"amount":"10n","by":"1970-01-01T00:00:00.000Z"}');
    const prompt = { amount: "10n", by: "1970-01-01T00:00:00.000Z" };
    for (const words of [["pending"], ["pending", "asked"]]) expect(JSON.parse(await printed(...words, "--json"))).toMatchObject({ waits: [{ name: "amount", prompt }] });
    const events = (await printed("events", "asked", "--json", "--values")).trim().split("\n").map((line) => JSON.parse(line) as { readonly status: string; readonly value?: unknown });
    expect(events.find(({ status }) => status === "awaiting")).toMatchObject({ prompt });
    expect(events.find(({ value }) => value !== undefined)?.value).toEqual({ big: "10n", at: "1970-01-01T00:00:00.000Z", scores: [["a", "1n"]], bytes: "[3 bytes]" });
  });

  test.concurrent.each([["list"], ["show"], ["show", "--format", "html", "--values"], ["events", "--values"], ["tail", "--values"], ["stats"], ["checkpoints"], ["verify"], ["diff", "@3"]])("H2: %s prints them, also with --json", async (command, ...options) => {
    const words = command === "list" ? [command] : [command, "asked", ...options];
    if (command === "diff") return expect((await useReprise([...words, "--json", "--backend", store])).code).toBe(1);
    expect(await printed(...words)).not.toBe("");
    if (command !== "events" && command !== "tail") expect(JSON.parse(await printed(...words, "--json"))).toBeDefined();
  });
});
