import type { StandardSchemaV1 } from "@standard-schema/spec";
import { createReprise } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { defineFlow, output, routine, slot } from "../src/index.ts";
import { outputsOf } from "./support/flows.ts";

// How to know that it works: what can be awaited is, whoever made it. Query builders are the best known that are no promises of the language.

/** What is awaited like a promise, and is none. */
const foreign = (value: unknown): never => ({ then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void setTimeout(() => (value instanceof Error ? reject(value) : resolve(value)), 1) }) as never;
const run = async (made: ReturnType<typeof routine>, input: unknown) => (await defineFlow({ id: "flow" }).add(made).build().on(createReprise()).start(input)).done();
const schema = (validate: (value: unknown) => unknown): StandardSchemaV1<number, number> => ({ "~standard": { version: 1, vendor: "test", validate: validate as never } });
const atLeastTen = schema((value) => foreign((value as number) < 10 ? { issues: [{ message: "must be at least 10" }] } : { value: (value as number) * 2 }));

describe("what a routine or a schema gives is awaited, be it a promise of the language or not", () => {
  test("by a routine", async () => {
    const made = routine({ name: "made", slots: { x: slot<number>() }, outputs: { o: output<number>() }, run: ({ x }) => foreign(x + 1) });
    expect(outputsOf(await run(made as never, 1))).toEqual({ "made.o": [2] });
    const failing = routine({ name: "made", slots: { x: slot<number>() }, run: () => foreign(new RangeError("refused")) });
    expect(await run(failing as never, 1)).toMatchObject({ status: "failed", error: { cause: { name: "RangeError", message: "refused" } } });
  });

  test("by the schema of a slot and of an output", async () => {
    const seen: unknown[] = [];
    const made = routine({ name: "made", slots: { x: atLeastTen }, outputs: { o: atLeastTen }, run: ({ x }) => (seen.push(x), x) });
    expect(outputsOf(await run(made as never, 10))).toEqual({ "made.o": [40] });
    expect(seen).toEqual([20]);
    await expect(run(made as never, 1)).rejects.toMatchObject({ code: "INVALID_OPTION", message: expect.stringContaining("must be at least 10") as string });
  });

  test("but the schema of a configuration is not waited for: it is refused", () => {
    for (const validate of [() => foreign({ value: 1 }), async () => Promise.reject(new Error("too late")), async () => ({ value: 1 })]) {
      const made = routine({ name: "made", config: schema(validate), run: () => undefined });
      expect(() => defineFlow({ id: "flow" }).add(made, { config: 1 })).toThrow(expect.objectContaining({ code: "INVALID_DEFINITION", path: "routines.made.config", message: expect.stringContaining("synchronous") as string }));
    }
  });
});
