import { expect, test } from "vitest";
import { createRedactor } from "../events/redactor.ts";
import type { ExecutionEvent } from "../events/execution-event.ts";
import { lazily } from "./lazy-property.ts";

test("a lazy property is enumerable like data and nothing can be changed, but it is decoded only when somebody looks, and anew each time", () => {
  let decoded = 0;
  const event = lazily({ seq: 1 }, "input", () => ({ times: (decoded += 1) }));
  expect(Object.keys(event)).toEqual(["seq", "input"]);
  expect(Object.isFrozen(event)).toBe(true);
  expect(decoded).toBe(0);
  expect([{ ...event }, structuredClone(event)]).toStrictEqual([{ seq: 1, input: { times: 1 } }, { seq: 1, input: { times: 2 } }]);
});

test("an error of the decoder reaches whoever looks", () => {
  const event = lazily({ seq: 1 }, "input", () => {
    throw new RangeError("artifact a1b2 is missing");
  });
  expect(() => JSON.stringify(event)).toThrow("artifact a1b2 is missing");
});

test("a lazy property can be read through what stands for its object, and is lazy in a copy with its properties", () => {
  let decoded = 0;
  const event = lazily({ seq: 1 }, "input", () => (decoded += 1)) as { readonly seq: number; readonly input: number };
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(event)) as typeof event;
  const heir = Object.create(event) as typeof event;
  expect(decoded).toBe(0);
  expect([copy, heir, new Proxy(event, {})].map(({ input }) => input)).toEqual([1, 2, 3]);
});

test("all lazy properties share one getter: with one each, engines give each object a layout of its own and every read of it is slow", () => {
  const [one, two] = [1, 2].map((seq) => lazily({ seq }, "value", () => seq));
  expect(Object.getOwnPropertyDescriptor(one, "value")?.get).toBe(Object.getOwnPropertyDescriptor(two, "value")?.get);
  expect([one, two]).toEqual([{ seq: 1, value: 1 }, { seq: 2, value: 2 }]);
});

test("H2: watchers cannot get at what is redacted by way of what decodes it", () => {
  const event = lazily({ seq: 1, stateId: "run" }, "input", () => "the secret") as unknown as ExecutionEvent;
  const shown = createRedactor(["input"])?.event(event);
  expect(shown).toEqual({ seq: 1, stateId: "run", input: "[redacted]" });
  expect(Reflect.ownKeys(shown ?? {})).toEqual(["seq", "stateId", "input"]);
});
