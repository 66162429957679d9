import type { StandardSchemaV1 } from "@standard-schema/spec";
import { describe, expect, test } from "vitest";
import { restored, validated } from "./schema.ts";

// How to know that it works: no value passes a schema unchecked, whatever kind of promise the schema answers by.

/** What is awaited like a promise, and is none. */
const foreign = <Result>(result: Result): Promise<Result> => ({ then: (resolve: (result: Result) => void) => void setTimeout(() => resolve(result), 1) }) as unknown as Promise<Result>;
const answering = (by: (result: StandardSchemaV1.Result<unknown>) => StandardSchemaV1.Result<unknown> | Promise<StandardSchemaV1.Result<unknown>>): StandardSchemaV1 => ({
  "~standard": { version: 1, vendor: "test", validate: (value) => by((value as number) < 10 ? { issues: [{ message: "must be at least 10" }] } : { value: (value as number) * 2 }) },
});

describe.each([["at once", answering((result) => result)], ["by a promise", answering(async (result) => result)], ["by what is awaited like one", answering(foreign)]])("H2: a schema that answers %s", (_, schema) => {
  test("gives the value that it made", async () => {
    expect(await validated(schema, 10, "work::tool_call", "output")).toBe(20);
    expect(await restored({ type: "group", outputSchema: schema }, [10, 11], "work::group")).toEqual([20, 22]);
  });

  test("refuses what it refuses", async () => {
    const refusal = { code: "SCHEMA_REJECTED", message: expect.stringContaining("must be at least 10") };
    await expect((async () => validated(schema, 1, "work::tool_call", "output"))()).rejects.toMatchObject(refusal);
    await expect((async () => restored({ type: "group", outputSchema: schema }, [10, 1], "work::group"))()).rejects.toMatchObject(refusal);
  });
});
