import { describe, expect, test } from "vitest";
import { secret } from "../values/secret.ts";
import type { ExecutionEvent, LogNotice } from "./execution-event.ts";
import { createRedactor, type Redact } from "./redactor.ts";

const logged = (redact: Redact, data: unknown): unknown => createRedactor(redact)?.log({ data } as LogNotice).data;
const failed = (redact: Redact, error: object): unknown => createRedactor(redact)?.event({ error } as ExecutionEvent).error;

class Money {
  readonly amount: number;
  readonly iban: string;
  readonly #note = "private";
  constructor(amount: number, iban: string) {
    this.amount = amount;
    this.iban = iban;
  }
  get summary(): string {
    return `${this.iban} ${this.#note}`;
  }
}

describe("H2: names hide fields wherever they are", () => {
  const hides = (value: unknown, shown: unknown): void => expect(logged(["password"], value)).toEqual(shown);

  test("in items of a Set, and in keys of a Map as in what is under them", () => {
    hides(new Set([{ password: "p" }, 1]), new Set([{ password: "[redacted]" }, 1]));
    hides(new Map<unknown, unknown>([[{ password: "p" }, { password: "p" }], ["password", "p"], ["PASSWORD", "p"], [5, "kept"]]), new Map<unknown, unknown>([[{ password: "[redacted]" }, { password: "[redacted]" }], ["password", "[redacted]"], ["PASSWORD", "[redacted]"], [5, "kept"]]));
    hides([new Map([["a", new Set([new Map([["password", "p"]])])]])], [new Map([["a", new Set([new Map([["password", "[redacted]"]])])]])]);
  });

  test("in errors: their own fields, causes, errors and data; they stay errors", () => {
    const cause = Object.assign(new TypeError("low"), { password: "p" });
    const error = Object.assign(new AggregateError([Object.assign(new Error("part"), { data: { password: "p" } })], "high", { cause }), { code: "E_HIGH", password: "p" });
    const shown = logged(["password"], { error }) as { readonly error: AggregateError & { readonly cause: Error } };
    expect(shown.error).toBeInstanceOf(AggregateError);
    expect(shown.error.cause).toBeInstanceOf(TypeError);
    expect({ ...shown.error }).toEqual({ code: "E_HIGH", password: "[redacted]" });
    expect([shown.error.message, shown.error.stack, shown.error.cause.message, shown.error.errors[0].data]).toEqual(["high", error.stack, "low", { password: "[redacted]" }]);
    expect({ ...shown.error.cause }).toEqual({ password: "[redacted]" });
    expect(error.password).toBe("p");
  });

  test("in instances, of which nothing is shown but their own fields", () => {
    expect(logged(["iban"], [new Money(5, "DE1")])).toStrictEqual([{ amount: 5, iban: "[redacted]" }]);
    class Birthday extends Date {
      readonly password = "p";
    }
    hides([new Birthday(0)], [{ password: "[redacted]" }]);
  });

  test("also where the name itself has a dot or a bracket", () => {
    expect(logged(["user.email", "token[0]"], { "user.email": "a@b.c", "USER.EMAIL": "a@b.c", "token[0]": "t", user: { email: "kept" } })).toEqual({ "user.email": "[redacted]", "USER.EMAIL": "[redacted]", "token[0]": "[redacted]", user: { email: "kept" } });
    hides({ "db.password": "p" }, { "db.password": "[redacted]" });
  });

  test("in what is recorded with an error, where a Map, a Set, an error and an instance are tagged", () => {
    const data = { $m: [["password", "p"], ["kept", { $s: [{ password: "p" }] }], [{ password: "p" }, 1]] };
    const thrown = { $c: ["Login", { password: "p", $$password: "kept", at: { $d: 0 } }] };
    const nested = { $e: { name: "Error", message: "m", data: { password: "p" } } };
    expect(failed(["password"], { name: "E", message: "m", data, cause: { name: "NonError", message: "m", thrown }, errors: [{ name: "E", message: "m", data: nested }] })).toEqual({
      name: "E",
      message: "m",
      data: { $m: [["password", "[redacted]"], ["kept", { $s: [{ password: "[redacted]" }] }], [{ password: "[redacted]" }, 1]] },
      cause: { name: "NonError", message: "m", thrown: { $c: ["Login", { password: "[redacted]", $$password: "kept", at: { $d: 0 } }] } },
      errors: [{ name: "E", message: "m", data: { $e: { name: "Error", message: "m", data: { password: "[redacted]" } } } }],
    });
    expect(failed(["$password"], { name: "E", message: "m", data: { $$password: "p" } })).toMatchObject({ data: { $$password: "[redacted]" } });
  });
});

test("H2: what is one thing is shown as it is: dates, bytes, references to secrets", () => {
  const whole = { at: new Date(0), bytes: new Uint8Array([1]), buffer: new ArrayBuffer(2), url: new URL("https://example.org/"), pattern: /a/u, key: secret("shop") as unknown, none: undefined, big: 1n };
  const shown = logged(["password"], whole) as typeof whole;
  expect(shown).toStrictEqual(whole);
  expect(JSON.stringify(shown.key)).toBe('"[secret:shop]"');
});

test("H2: a message that is hidden is hidden in the stack that begins with it, too", () => {
  const error = new Error("no entry for ada");
  const { name, message, stack = "" } = error;
  expect(failed(["error.message"], { name, message, stack })).toEqual({ name, message: "[redacted]", stack: stack.replace(message, "[redacted]") });
  expect(failed(["error.cause.message"], { name, message: "m", cause: { name, message, stack: "of another message" } })).toMatchObject({ cause: { stack: "[redacted]" } });
  const shown = logged(["message"], error) as Error;
  expect([shown.message, shown.stack]).toEqual(["[redacted]", stack.replace(message, "[redacted]")]);
  expect(failed(["message"], { name, message: "", stack })).toMatchObject({ stack });
});

test("H2: paths name items of a Set by position, entries of a Map by their keys, and by position where these are objects", () => {
  const asked: string[] = [];
  logged((path, value) => (asked.push(path), value), new Map<unknown, unknown>([["a", new Set([{ b: 1 }])], [{ c: 1 }, { d: 1 }]]));
  expect(asked).toEqual(["data", "data.a", "data.a[0]", "data.a[0].b", "data[1][0]", "data[1][0].c", "data[1][1]", "data[1][1].d"]);
  expect(logged(["data[0][1].d"], new Map([[{ c: 1 }, { d: 1 }]]))).toEqual(new Map([[{ c: 1 }, { d: "[redacted]" }]]));
});

test("H2: what cannot be looked into is not shown, and nothing that is shown goes on for ever", () => {
  const circle: Record<string, unknown> = { password: "p" };
  circle["self"] = [circle];
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const shown = logged(["password"], { circle, proxy, lying: { get field() { throw new Error("no"); } }, call: Object.assign(() => 1, { password: "p" }) });
  expect(shown).toEqual({ circle: { password: "[redacted]", self: ["[circular]"] }, proxy: "[redacted]", lying: "[redacted]", call: "[function]" });
});
