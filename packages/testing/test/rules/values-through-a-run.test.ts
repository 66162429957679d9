import { agent, createReprise, tool, type ValueExtension } from "@reprise/core";
import type { RetryPolicy } from "@reprise/core/spi";
import { retry } from "@reprise/retry";
import { describe, expect, test } from "vitest";
import { counter } from "../../src/index.ts";
import { crashPoint, createWorld, rejectionOf, stateId } from "./support/world.ts";

/** Retries whatever it is asked about: what is not retried with it is core's doing. */
const eager: RetryPolicy = { config: {}, maxAttempts: 5, decide: ({ failures }) => (failures < 5 ? { retry: true, delayMs: 0 } : { retry: false, reason: "exhausted" }) };

function withOwn(key: string, value: unknown): object {
  return Object.defineProperty({ before: 1 }, key, { value, enumerable: true, writable: true, configurable: true });
}

/** Kinds of values that survive. */
const kinds: readonly [name: string, make: () => unknown][] = [
  ["null", () => null],
  ["undefined", () => undefined],
  ["undefined inside", () => ({ a: undefined, list: [undefined, null] })],
  ["NaN", () => Number.NaN],
  ["-0", () => -0],
  ["infinities", () => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ["text with everything", () => "\u0000\u2028 \ud800 ü 👍 \"\\"],
  ["BigInt", () => [0n, -5n, 2n ** 200n]],
  ["Date", () => new Date(1_234)],
  ["invalid Date", () => new Date(Number.NaN)],
  ["Map", () => new Map<unknown, unknown>([["a", 1], [2, "b"], [null, undefined]])],
  ["Set", () => new Set([1, "a", null])],
  ["nested Map", () => new Map([[new Date(1), new Map([["deep", new Set([{ n: 1n }])]])]])],
  ["Uint8Array", () => new Uint8Array([0, 1, 255])],
  ["Float32Array", () => new Float32Array([1.5, Number.NaN, -0])],
  ["BigInt64Array", () => new BigInt64Array([-1n, 2n ** 62n])],
  ["ArrayBuffer", () => new Uint8Array([1, 2, 3]).buffer],
  ["DataView", () => new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)],
  ["RegExp", () => /a+b/giu],
  ["URL", () => new URL("https://example.org/a?b=c#d")],
  ["Error with cause and code", () => Object.assign(new TypeError("outer", { cause: new RangeError("inner") }), { code: "E_X" })],
  ["AggregateError", () => new AggregateError([new Error("one"), "two"], "several")],
  ["keys that begin with $", () => ({ $d: 1, $$d: 2, $: 3, a: { $u: 0 } })],
  ["a __proto__ key", () => withOwn("__proto__", { polluted: true })],
  ["keys in their order", () => ({ z: 1, a: 2, constructor: 3, toString: 4 })],
  ["an empty object, array, text", () => ({ object: {}, list: [], text: "", number: 0, no: false })],
];

/** What vitest's equality does not see: order of keys, prototypes. */
function shape(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Error) return String(value);
  return [Object.getPrototypeOf(value)?.constructor?.name, Object.keys(value).map((key) => [key, shape((value as Record<string, unknown>)[key])])];
}

describe("H2: what survives", () => {
  test.each(kinds)("H2: %s reaches handler and caller as equal values, on the first run and on a resumed one", async (_name, make) => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const given: unknown[] = [];
    const got: unknown[][] = [];
    const echo = tool({ name: "echo", run: (input: unknown) => { given.push(input); return make(); } });
    const inner = agent({ name: "inner", run: async (input: unknown, context) => { given.push(input); return context.run(echo, input); } });
    const work = agent({
      name: "work",
      run: async (input: unknown, context) => {
        given.push(input);
        got.push([await context.run(inner, make()), await context.map("group", [make()], echo), await context.map("functions", [make()], (item: unknown) => { given.push(item); return item; })]);
        context.storage.set("value", make());
        got.push([context.storage.get("value")]);
        await context.run(point.actor, 0);
        return make();
      },
    });
    await world.runUntilCrash(work, make(), point);
    const executed = given.length;
    const { outcome } = await world.resume(work);
    const expected = make();
    if (outcome.status !== "completed") throw "error" in outcome ? outcome.error : new Error(outcome.status);
    for (const value of [...given, outcome.value, ...got.map(([first]) => first)]) {
      expect(value).toStrictEqual(expected);
      expect(shape(value)).toEqual(shape(expected));
    }
    // work, inner, echo, echo in the group, the function; then work alone is entered again.
    expect([executed, given.length]).toEqual([5, 6]);
    expect(got[2]).toStrictEqual(got[0]);
    expect(got[0]).toStrictEqual([expected, [expected], [expected]]);
    expect(Object.prototype).not.toHaveProperty("polluted");
    const again = await world.begin().reprise.execute(work, make(), { stateId });
    expect(again).toStrictEqual(outcome);
  });

  test("H2: a plain result is given to its caller itself, anything else as the decoded copy", async () => {
    const plain = { list: [1, { text: "a" }], no: null };
    const exotic = { at: new Date(5) };
    const state = await createReprise().create();
    expect(await state.run(tool({ name: "plain", run: () => plain }))).toBe(plain);
    const copy = await state.run(tool({ name: "exotic", run: () => exotic }));
    expect(copy).toEqual(exotic);
    expect(copy.at).not.toBe(exotic.at);
    await state.close();
  });

  test("H2: a Buffer is a Uint8Array for whoever gets it, and a typed array may be longer than a list", async () => {
    const long = 1_200_000;
    const state = await createReprise().create();
    const seen: unknown[] = [];
    const bytes = await state.run(tool({ name: "bytes", run: (input: Buffer) => { seen.push(input); return Buffer.from("abc"); } }), Buffer.from("xyz"));
    expect([...seen, bytes].map((each) => Buffer.isBuffer(each))).toEqual([false, false]);
    expect([bytes.toString(), Buffer.from(bytes).toString()]).toEqual(["97,98,99", "abc"]);
    expect(await state.run(tool({ name: "numbers", run: () => new Float64Array(long) }))).toHaveLength(long);
    const refused = await state.try(tool({ name: "list", run: () => Array.from({ length: long }, () => 0) }));
    expect(refused).toMatchObject({ error: { cause: { code: "NOT_ENCODABLE", message: expect.stringMatching(/more than 1000000; give many numbers as a typed array/u) } } });
    expect(refused.ok ? "" : (refused.error.cause as Error).message).not.toContain("limits.");
    await state.close();
  });

  test("H2: changing an input or a result changes nothing recorded", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const kept: { n: number; map: Map<string, number> }[] = [];
    const leaf = tool({ name: "leaf", run: (input: { n: number; map: Map<string, number> }) => { input.n += 100; input.map.set("handler", 1); const result = { n: 7, list: [1] }; kept.push(result as never); return result; } });
    const results: unknown[] = [];
    const inputs: unknown[] = [];
    const work = agent({
      name: "work",
      run: async (own: { n: number }, context) => {
        inputs.push({ ...own });
        own.n = 999;
        const input = { n: 1, map: new Map([["a", 1]]) };
        const call = context.run(leaf, input);
        input.n = 2;
        input.map.clear();
        const result = await call;
        results.push(structuredClone(result));
        result.list.push(2);
        for (const value of kept) value.n = 8;
        results.push(await context.run(leaf, { n: 1, map: new Map([["a", 1]]) }, { key: "again" }));
        await context.run(point.actor, 0);
        return context.map("group", [{ n: 1 }], (item: { n: number }) => { item.n += 1; return item; });
      },
    });
    await world.runUntilCrash(work, { n: 3 }, point);
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: [{ n: 2 }] });
    expect(inputs).toEqual([{ n: 3 }, { n: 3 }]);
    expect([results[2], results[0]]).toEqual([{ n: 7, list: [1] }, { n: 7, list: [1] }]);
    const loaded = await world.begin().reprise.load(stateId);
    const record = loaded.history.get("work::leaf::tool_call");
    expect(record).toMatchObject({ input: { n: 1, map: new Map([["a", 1]]) }, value: { n: 7, list: [1] } });
    Object.assign(record?.value as object, { n: 0 });
    expect(loaded.history.get("work::leaf::tool_call")?.value).toEqual({ n: 7, list: [1] });
    await loaded.close();
  });
});

class Money {
  readonly amount: number;
  constructor(amount: number) {
    this.amount = amount;
  }
}

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;
// oxlint-disable-next-line no-sparse-arrays -- a sparse array is what is tested
const sparse = [1, , 3];

/** What cannot be recorded, and where in `{ items: [0, value] }` it is. */
const refused: readonly [name: string, value: unknown, path: string][] = [
  ["a class instance", new Money(5), ".items[1]"],
  ["a function", () => 1, ".items[1]"],
  ["a symbol", Symbol("s"), ".items[1]"],
  ["a cyclic object", cyclic, ".items[1].self"],
  ["a sparse array", sparse, ".items[1][1]"],
  ["a promise", Promise.resolve(1), ".items[1]"],
  ["a WeakMap", new WeakMap(), ".items[1]"],
  ["something deep inside", new Map([["a", [{ socket: () => 1 }]]]), ".items[1]"],
  ["a getter that throws", { get broken(): never { throw new Error("getter"); } }, ".items[1].broken"],
];

describe("H2: what is refused", () => {
  test.each(refused)("H2: %s as a result is refused with its path, is not retried, and costs nothing else", async (_name, value, path) => {
    const world = createWorld();
    const other = counter<number>({ name: "other" });
    let runs = 0;
    const bad = tool({ name: "bad", retry: eager, run: (): unknown => { runs += 1; return { items: [0, value] }; } });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const before = await context.run(other.actor, 1);
        const tried = await context.try(bad);
        return { before, after: await context.run(other.actor, 2), attempts: tried.attempts, cause: tried.ok ? undefined : (tried.error.cause as { code: string; message: string }) };
      },
    });
    const outcome = await world.begin().reprise.execute(work, undefined, { stateId });
    if (outcome.status !== "completed") throw "error" in outcome ? outcome.error : new Error(outcome.status);
    expect(outcome.value).toMatchObject({ before: 1, after: 2, attempts: 1, cause: { code: "NOT_ENCODABLE" } });
    expect(outcome.value.cause?.message).toContain(`result${path}`);
    expect(runs).toBe(1);
    expect((await world.resume(work)).outcome).toEqual(outcome);
    expect([runs, other.runs]).toEqual([1, 2]);
  });

  test.each(refused)("H2: %s as an input, an item or a stored value is refused with its path before anything runs", async (_name, value, path) => {
    const leaf = counter({ name: "leaf" });
    const state = await createReprise().create();
    expect(await rejectionOf(state.run(leaf.actor, { items: [0, value] }))).toMatchObject({ code: "NOT_ENCODABLE", path: expect.stringContaining(`input${path}`) });
    expect(await rejectionOf(state.map("group", [0, value], leaf.actor))).toMatchObject({ code: "NOT_ENCODABLE", path: expect.stringContaining(path.replace(".items", "items")) });
    expect(() => state.storage.set("key", { items: [0, value] })).toThrow(expect.objectContaining({ code: "NOT_ENCODABLE" }));
    expect(leaf.runs).toBe(0);
    expect(await state.run(leaf.actor, 1)).toBe(1);
    expect(state.history.calls().map((call) => call.address)).toEqual(["leaf::tool_call"]);
    await state.close();
    const outcome = await createReprise().execute(leaf.actor, { items: [0, value] });
    expect(outcome).toMatchObject({ status: "failed", error: { code: "NOT_ENCODABLE" } });
  });

  test("H2: an agent's and a branch's result that cannot be recorded fails that call alone", async () => {
    const inner = agent({ name: "inner", retry: eager, run: (): unknown => () => 1 });
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        const tried = await context.try(inner);
        const group = await context.map("group", [1, 2], (item: number): unknown => (item === 2 ? Symbol("s") : item)).catch((error: { outcomes: { ok: boolean }[] }) => error.outcomes.map((outcome) => outcome.ok));
        return [tried.ok, tried.attempts, group];
      },
    });
    expect(await createReprise().execute(work)).toMatchObject({ status: "completed", value: [false, 1, [true, false]] });
  });

  test("H2: an agent is not retried because what a child returned cannot be recorded", async () => {
    let attempts = 0;
    const bad = tool({ name: "bad", run: (): unknown => () => 1 });
    const work = agent({ name: "work", retry: retry({ maxAttempts: 5, initialDelayMs: 0 }), run: (_: void, context) => { attempts += 1; return context.run(bad); } });
    expect(await createReprise().execute(work)).toMatchObject({ status: "failed" });
    expect(attempts).toBe(1);
  });

  test("H2: instances of registered classes survive as themselves", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const money: ValueExtension<Money> = { name: "money", is: (value) => value instanceof Money, encode: ({ amount }) => amount, decode: (amount) => new Money(amount as number) };
    const seen: unknown[] = [];
    const earn = tool({ name: "earn", run: (money: Money) => { seen.push(money instanceof Money); return new Money(money.amount * 2); } });
    const work = agent({ name: "work", run: async (_: void, context) => { const money = await context.run(earn, new Money(5)); seen.push(money instanceof Money && money.amount); await context.run(point.actor, 0); } });
    const options = { codec: { extensions: [money as ValueExtension] } };
    await world.runUntilCrash(work, undefined, point, options);
    expect((await world.resume(work, {}, options)).outcome.status).toBe("completed");
    expect(seen).toEqual([true, 10, 10]);
  });
});

/** A schema that counts its uses. */
function schemaOf<Input, Output>(transform: (value: Input) => Output, options: { readonly asynchronous?: boolean } = {}) {
  const uses: unknown[] = [];
  return {
    uses,
    schema: {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) => {
          uses.push(value);
          let result: { readonly value: Output } | { readonly issues: readonly { readonly message: string; readonly path?: readonly PropertyKey[] }[] };
          try {
            result = { value: transform(value as Input) };
          } catch (error) {
            result = { issues: [{ message: (error as Error).message, path: ["items", 3, "name"] }] };
          }
          return options.asynchronous === true ? Promise.resolve(result) : result;
        },
        types: undefined as unknown as { readonly input: Input; readonly output: Output },
      },
    },
  };
}

describe("H2: schemas", () => {
  test.each([false, true])("H2: the raw result is recorded, and the output schema is applied once to the decoded value, on the first run and on reuse alike (asynchronous: %s)", async (asynchronous) => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const { schema, uses } = schemaOf((value: number) => `n${value + 1}`, { asynchronous });
    const leaf = tool({ name: "leaf", output: schema, run: (value: number) => value });
    const whole = schemaOf((value: string[]) => value.join("|"), { asynchronous });
    const inner = agent({ name: "inner", output: whole.schema, run: (_: void, context) => context.map("inside", [1, 2], leaf) });
    const seen: unknown[][] = [];
    const work = agent({
      name: "work",
      run: async (_: void, context) => {
        seen.push([
          await context.run(leaf, 5),
          await context.run(inner),
          await context.map("actors", [7, 8], leaf),
          await context.map("functions", [9], (item: number, branch) => branch.run(leaf, item)),
          (await context.try(leaf, 10)).ok,
        ]);
        await context.run(point.actor, 0);
      },
    });
    await world.runUntilCrash(work, undefined, point);
    expect(uses).toEqual([5, 1, 2, 7, 8, 9, 10]);
    expect(whole.uses).toEqual([["n2", "n3"]]);
    expect((await world.resume(work)).outcome.status).toBe("completed");
    expect(seen[0]).toEqual(["n6", "n2|n3", ["n8", "n9"], ["n10"], true]);
    expect(seen[1]).toEqual(seen[0]);
    const values = (await world.journal()).filter((record) => record.k === "completed").map((record) => record["v"]);
    expect(values).toContain(5);
    expect(values).not.toContain("n6");
  });

  test("H2: a result the output schema refuses is a failure with its path, and tried again like other failures", async () => {
    const { schema } = schemaOf((): number => { throw new Error("not a number"); });
    let runs = 0;
    const leaf = tool({ name: "leaf", retry: eager, output: schema, run: () => { runs += 1; return 5; } });
    const outcome = await createReprise().execute(leaf);
    expect(outcome).toMatchObject({ status: "failed", error: { cause: { code: "SCHEMA_REJECTED", data: [{ message: "not a number", path: ".items[3].name" }] } } });
    if (outcome.status === "failed") expect(outcome.error.message).toContain("output.items[3].name");
    expect(runs).toBe(5);
  });

  test("H2: a recorded result that the schema of today refuses stops the run, records nothing, and older code resumes it", async () => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    let strict = false;
    const { schema } = schemaOf((value: number) => { if (strict) throw new Error("too old"); return value; });
    const leaf = tool({ name: "leaf", output: schema, run: () => 5 });
    const work = agent({ name: "work", run: async (_: void, context) => { const value = await context.run(leaf).catch(() => -1); await context.run(point.actor, 0); return value; } });
    await world.runUntilCrash(work, undefined, point);
    const before = await world.journal();
    strict = true;
    expect((await world.resume(work)).outcome).toMatchObject({ status: "failed", error: { code: "SCHEMA_REJECTED", address: "work::leaf::tool_call" } });
    expect(await world.journal()).toEqual(before);
    strict = false;
    expect((await world.resume(work)).outcome).toMatchObject({ status: "completed", value: 5 });
  });

  test.each([false, true])("H2: the input schema is applied to the recorded input before each run of the handler, and the raw input is recorded (asynchronous: %s)", async (asynchronous) => {
    const world = createWorld();
    const point = crashPoint(world.disk);
    const { schema, uses } = schemaOf((value: string) => Number(value), { asynchronous });
    const given: unknown[] = [];
    const leaf = tool({ name: "leaf", input: schema, retry: eager, run: (value: number, { attempt }) => { given.push(value); if (attempt === 1) throw new Error("once"); return value; } });
    const inner = agent({ name: "inner", input: schema, run: async (value: number, context) => { given.push(value); const result = await context.run(leaf, `${value + 1}`); await context.run(point.actor, 0); return result; } });
    await world.runUntilCrash(inner, "5", point);
    expect((await world.resume(inner)).outcome).toMatchObject({ status: "completed", value: 6 });
    expect(given).toEqual([5, 6, 6, 5]);
    expect(uses).toEqual(["5", "6", "6", "5"]);
    expect((await world.journal()).filter((record) => record.k === "started").slice(0, 2).map((record) => record["i"])).toEqual(["5", "6"]);
  });

  test("H2: an input the schema refuses is a failure that is not retried, and the handler does not run", async () => {
    const { schema } = schemaOf((value: string): number => { throw new Error(`not a number: ${value}`); });
    let runs = 0;
    const leaf = tool({ name: "leaf", input: schema, retry: eager, run: (value: number) => { runs += 1; return value; } });
    for (const actor of [leaf, agent({ name: "inner", input: schema, retry: eager, run: (value: number) => { runs += 1; return value; } })]) {
      expect(await createReprise().execute(actor, "x")).toMatchObject({ status: "failed", error: { attempts: 1, cause: { code: "SCHEMA_REJECTED" } } });
    }
    expect(runs).toBe(0);
  });

  test("H2: a schema that throws or rejects by itself is a failure of the call, not of the process", async () => {
    for (const validate of [() => { throw new Error("schema is broken"); }, () => Promise.reject(new Error("schema is broken"))]) {
      const broken = { "~standard": { version: 1 as const, vendor: "test", validate } };
      for (const actor of [tool({ name: "in", input: broken, run: () => 1 }), tool({ name: "out", output: broken, run: () => 1 })]) {
        const outcome = await createReprise().execute(actor);
        expect(outcome).toMatchObject({ status: "failed", error: { cause: { message: "schema is broken" } } });
      }
    }
  });
});
