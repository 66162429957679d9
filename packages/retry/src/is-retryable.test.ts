import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ErrorRecord } from "./error-record.ts";
import { httpPermanentStatuses, httpTransientStatuses } from "./http-statuses.ts";
import { isRetryable, type RetryRules } from "./is-retryable.ts";
import { predicateRegistry } from "./predicate-registry.ts";
import { RetryPredicateError } from "./retry-predicate-error.ts";

const registry = predicateRegistry({
  quota: ({ message }) => message.includes("quota"),
  broken: () => {
    throw new Error("bug in a predicate");
  },
});
const judge = (error: ErrorRecord, rules: Partial<RetryRules> = {}): boolean =>
  isRetryable(error, { retryOn: null, neverRetryOn: [], predicates: registry, ...rules });

const error = (name: string, rest: Partial<ErrorRecord> = {}): ErrorRecord => ({ name, message: "", ...rest });
const status = (value: number, rest: Partial<ErrorRecord> = {}): ErrorRecord => error("HttpError", { status: value, ...rest });
const actorFailed = (cause: ErrorRecord): ErrorRecord => error("ActorFailedError", { names: ["ActorFailedError", "RepriseError"], code: "ACTOR_FAILED", cause });
const aggregate = (...errors: ErrorRecord[]): ErrorRecord => error("AggregateError", { errors });
const fetchFailed = error("TypeError", { message: "fetch failed", cause: error("Error", { code: "ECONNREFUSED" }) });
const aborted = error("AbortError", { names: ["DOMException"], code: 20 });

describe("T3: without lists everything is retried but programming errors", () => {
  test.each<[string, ErrorRecord]>([
    ["a plain error", error("Error")],
    ["a timeout", error("TimeoutError")],
    ["a timeout of core", error("TimeoutError", { names: ["TimeoutError", "RepriseError"], code: "TIMEOUT" })],
    ["RangeError, which T3 does not list", error("RangeError")],
    ["AssertionError", error("AssertionError")],
    ["something thrown that is no error", error("Error", { thrown: "no", message: "no" })],
    ["a reset connection", error("Error", { code: "ECONNRESET" })],
    ["every HTTP status, 404 too", status(404)],
    ["503", status(503)],
    ["a disguised network failure", fetchFailed],
    ["a disguised network failure of a child", actorFailed(fetchFailed)],
    ["a disguised network failure whose own cause is a TypeError", error("TypeError", { message: "fetch failed", cause: error("TypeError") })],
    ["a 503 whose page was no JSON", status(503, { cause: error("SyntaxError") })],
    ["a rate limit around a bug in its body", status(429, { cause: error("TypeError") })],
    ["a timeout that worked by aborting", error("APITimeoutError", { cause: aborted })],
    ["a timeout of core that worked by aborting", actorFailed(error("Error", { code: "TIMEOUT", cause: aborted }))],
    ["an abort by AbortSignal.timeout, as Node's own functions report it", error("AbortError", { code: "ABORT_ERR", cause: error("TimeoutError", { code: 23 }) })],
    ["a group whose failure cancelled its siblings", error("GroupError", { code: "GROUP_FAILED", errors: [aborted, actorFailed(status(503)), error("Error", { code: "CANCELLED" })] })],
    ["an answer that is no JSON (V8)", error("SyntaxError", { message: "Unexpected token 'I', \"I think\" is not valid JSON" })],
    ["half an answer (V8)", error("SyntaxError", { message: "Unexpected end of JSON input" })],
    ["an answer that is no JSON (SpiderMonkey)", error("SyntaxError", { message: "JSON.parse: unexpected character at line 1 column 1 of the JSON data" })],
    ["an answer that is no JSON (JavaScriptCore)", error("SyntaxError", { message: "JSON Parse error: Unexpected identifier \"Sure\"" })],
    ["an answer that is no JSON, below an error of one's own", error("Error", { cause: error("SyntaxError", { message: "Unexpected end of JSON input" }) })],
    ["model output that is no JSON, as the AI SDK wraps it", error("AI_APICallError", { status: 200, cause: error("AI_JSONParseError", { cause: error("SyntaxError", { message: "Unexpected end of JSON input" }) }) })],
    ["zod", error("ZodError")],
    ["valibot", error("ValiError")],
    ["a result that a schema of core refused", error("SchemaRejectedError", { code: "SCHEMA_REJECTED" })],
    ["all addresses of a host refused", aggregate(error("Error", { code: "ECONNREFUSED" }), error("Error", { code: "ECONNREFUSED" }))],
  ])("retried: %s", (_, record) => {
    expect(judge(record)).toBe(true);
  });

  test.each<[string, ErrorRecord]>([
    ["TypeError", error("TypeError")],
    ["ReferenceError", error("ReferenceError")],
    ["SyntaxError", error("SyntaxError")],
    ["a subclass of TypeError", error("MyError", { names: ["MyError", "TypeError"] })],
    ["a SyntaxError about something else than JSON", error("SyntaxError", { message: "Invalid regular expression: /[/: Unterminated character class" })],
    ["an input that a schema of core refused", error("InputRejectedError", { names: ["InputRejectedError", "SchemaRejectedError", "RepriseError"], code: "SCHEMA_REJECTED" })],
    ["an input that was refused further down", actorFailed(error("InputRejectedError", { code: "SCHEMA_REJECTED" }))],
    ["a bug beside an answer that is no JSON", aggregate(error("SyntaxError", { message: "Unexpected end of JSON input" }), error("TypeError"))],
    ["a value that cannot be encoded", error("Error", { code: "NOT_ENCODABLE" })],
    ["a value that cannot be decoded", error("Error", { code: "NOT_DECODABLE" })],
    ["a wrong definition", error("RepriseError", { code: "INVALID_DEFINITION" })],
    ["a wrong retry configuration", error("RetryConfigError", { code: "INVALID_RETRY_CONFIG" })],
    ["a bug below a wrapper", error("ToolError", { cause: error("Error", { cause: error("TypeError") }) })],
    ["a bug of a child", actorFailed(error("TypeError", { message: "x is not a function" }))],
    ["a bug of a grandchild", actorFailed(actorFailed(error("ReferenceError")))],
    ["one bug among many failures", aggregate(status(503), error("TypeError"), status(503))],
    ["a bug beside a disguised network failure", aggregate(fetchFailed, error("TypeError"))],
    ["a bug below an HTTP status that is not transient", status(400, { cause: error("TypeError") })],
  ])("not retried: %s", (_, record) => {
    expect(judge(record)).toBe(false);
  });
});

describe("cancellation and refusals are never retried, whatever the lists say", () => {
  test.each<[string, ErrorRecord]>([
    ["an abort", aborted],
    ["an abort of Node's own APIs", error("AbortError", { code: "ABORT_ERR" })],
    ["axios", error("CanceledError", { names: ["CanceledError", "AxiosError"], code: "ERR_CANCELED" })],
    ["got", error("CancelError")],
    ["core", error("RepriseError", { code: "CANCELLED" })],
    ["a cancelled child", actorFailed(error("Error", { code: "CANCELLED" }))],
    ["a group of which everything was cancelled", aggregate(aborted, aggregate(error("Error", { code: "CANCELLED" })))],
    ["an ambiguous replay", actorFailed(error("AmbiguousReplayError", { code: "AMBIGUOUS_REPLAY" }))],
    ["an unknown outcome, even below a timeout", error("TimeoutError", { cause: error("OutcomeUnknownError", { code: "OUTCOME_UNKNOWN" }) })],
    ["H2: a value that cannot be encoded", error("RepriseError", { code: "NOT_ENCODABLE" })],
    ["one refusal among many failures", aggregate(status(503), error("Error", { code: "INPUT_CHANGED" }))],
  ])("%s", (_, record) => {
    expect(judge(record)).toBe(false);
    expect(judge(record, { retryOn: ["Error", "AbortError", "CANCELLED", 503] })).toBe(false);
  });
});

describe("T3: lists", () => {
  test.each<[string, ErrorRecord, RetryRules["retryOn"], boolean]>([
    ["a name", error("TimeoutError"), ["TimeoutError"], true],
    ["a name that differs in case", error("timeouterror"), ["TimeoutError"], false],
    ["a name further up the classes", error("RateLimitError", { names: ["RateLimitError", "APIError"] }), ["APIError"], true],
    ["a name below", actorFailed(error("X", { cause: error("TimeoutError") })), ["TimeoutError"], true],
    ["a code", error("Error", { code: "ECONNRESET" }), ["ECONNRESET"], true],
    ["a numeric code", error("Error", { code: 14 }), [14], true],
    ["a status", status(503), [429, 503], true],
    ["a status below", actorFailed(status(503)), [503], true],
    ["a status among collected errors", aggregate(error("Error"), status(503)), [503], true],
    ["a status that is not listed", status(500), [429, 503], false],
    ["a number as text is no status", status(503), ["503"], false],
    ["a predicate", error("Error", { message: "quota exceeded" }), [{ predicate: "quota" }], true],
    ["a predicate below", actorFailed(error("Error", { message: "quota exceeded" })), [{ predicate: "quota" }], true],
    ["a predicate that says no", error("Error"), [{ predicate: "quota" }], false],
    ["network", fetchFailed, [{ predicate: "network" }], true],
    ["network, for something else", error("TypeError"), [{ predicate: "network" }], false],
    ["a network failure that is not listed", fetchFailed, [503], false],
    ["a network failure listed by its class", fetchFailed, ["TypeError"], true],
    ["a programming error, if it is listed", error("SyntaxError"), ["SyntaxError"], true],
    ["a rejected schema, if it is listed", error("Error", { code: "SCHEMA_REJECTED" }), ["SCHEMA_REJECTED"], true],
    ["Error is every error", error("SyntaxError"), ["Error"], true],
    ["an empty list is nothing", error("TimeoutError"), [], false],
  ])("retryOn: %s", (_, record, retryOn, expected) => {
    expect(judge(record, { retryOn })).toBe(expected);
  });

  test.each<[string, ErrorRecord, RetryRules["neverRetryOn"], boolean]>([
    ["a name", error("RuntimeError"), ["RuntimeError"], false],
    ["a status below", actorFailed(status(404)), httpPermanentStatuses, false],
    ["a status that is not listed", actorFailed(status(429)), httpPermanentStatuses, true],
    ["one of many", aggregate(status(503), status(401)), [401], false],
    ["below a transient error", status(503, { cause: error("RuntimeError") }), ["RuntimeError"], false],
    ["programming errors stay excluded", error("TypeError"), ["RuntimeError"], false],
    ["a disguised network failure is no TypeError", fetchFailed, ["TypeError"], true],
    ["but it is its code", fetchFailed, ["ECONNREFUSED"], false],
    ["and a network failure", fetchFailed, [{ predicate: "network" }], false],
  ])("neverRetryOn: %s", (_, record, neverRetryOn, expected) => {
    expect(judge(record, { neverRetryOn })).toBe(expected);
  });

  test("the cancelled siblings of a failure are neither excluded nor included: they are not its reason", () => {
    const group = aggregate(aborted, actorFailed(status(503)), error("Error", { code: "CANCELLED", cause: error("TypeError") }));
    expect(judge(group)).toBe(true);
    expect(judge(group, { neverRetryOn: ["AbortError", "CANCELLED"] })).toBe(true);
    expect(judge(group, { retryOn: ["AbortError", "CANCELLED"] })).toBe(false);
  });

  test("exclude beats include", () => {
    expect(judge(status(503), { retryOn: [503], neverRetryOn: [503] })).toBe(false);
    expect(judge(actorFailed(status(503)), { retryOn: ["ACTOR_FAILED"], neverRetryOn: [503] })).toBe(false);
  });

  test("everything, malformed model output included, but no bugs", () => {
    const rules = { retryOn: ["Error"], neverRetryOn: ["TypeError", "ReferenceError"] };
    expect(judge(error("SyntaxError"), rules)).toBe(true);
    expect(judge(fetchFailed, rules)).toBe(true);
    expect(judge(error("TypeError"), rules)).toBe(false);
  });

  test("the preset statuses are disjoint, and those that may pass are retried in the middle of a chain", () => {
    expect(httpPermanentStatuses.filter((each) => httpTransientStatuses.includes(each))).toEqual([]);
    for (const each of httpTransientStatuses) expect(judge(status(each, { cause: error("TypeError") }))).toBe(true);
    for (const each of httpPermanentStatuses) expect(judge(status(each, { cause: error("TypeError") }))).toBe(false);
  });
});

describe("predicates that do not work", () => {
  test("one that throws is named, with its error and the failure it judged", () => {
    const act = (): boolean => judge(error("HttpError", { message: "503 busy" }), { retryOn: [{ predicate: "broken" }] });
    expect(act).toThrow(RetryPredicateError);
    expect(act).toThrow('retry predicate "broken" threw while it judged HttpError: 503 busy');
    expect(act).toThrow(expect.objectContaining({ code: "RETRY_PREDICATE_FAILED", predicate: "broken", cause: new Error("bug in a predicate") }));
  });

  test("one that gives a promise does not match everything", () => {
    const predicates = new Map([["later", (() => Promise.resolve(false)) as unknown as () => boolean]]);
    expect(() => judge(error("Error"), { retryOn: [{ predicate: "later" }], predicates })).toThrow("gave an object instead of true or false");
  });

  test("one that is not there is an error, not a no", () => {
    expect(() => judge(error("Error"), { retryOn: [{ predicate: "unheard" }] })).toThrow('"unheard" is not registered');
  });
});

describe("records of any shape", () => {
  test("cycles end", () => {
    const one: { name: string; message: string; cause?: ErrorRecord; errors?: ErrorRecord[] } = { name: "Error", message: "" };
    const two = error("Error", { cause: one, errors: [one, one] });
    one.cause = two;
    one.errors = [two, one];
    expect(judge(one)).toBe(true);
    expect(judge(two, { retryOn: ["TimeoutError"] })).toBe(false);
  });

  test("one cancelled error counted twice is still a group of which everything was cancelled", () => {
    expect(judge(aggregate(aborted, aborted))).toBe(false);
  });

  test("a long chain does not overflow", () => {
    let record = error("TypeError");
    for (let count = 0; count < 100_000; count += 1) record = { name: "Error", message: "", cause: record };
    expect(judge(record)).toBe(false);
  });

  test("deep and wide groups are judged in reasonable time", () => {
    let record: ErrorRecord = error("Error");
    for (let count = 0; count < 300; count += 1) record = { name: "AggregateError", message: "", errors: [record, error("Error"), record], cause: record };
    const startedAt = performance.now();
    expect(judge(record)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test("a judgement does not change by going through JSON", () => {
    const { record } = fc.letrec<{ record: ErrorRecord }>((tie) => ({
      record: fc.record(
        {
          name: fc.constantFrom("Error", "TypeError", "AbortError", "TimeoutError", "HttpError", "AggregateError"),
          message: fc.constantFrom("", "fetch failed", "quota"),
          code: fc.constantFrom("ECONNRESET", "CANCELLED", "ACTOR_FAILED", 20),
          status: fc.constantFrom(200, 404, 503),
          cause: fc.option(tie("record"), { nil: undefined, maxDepth: 4, depthIdentifier: "record" }) as fc.Arbitrary<ErrorRecord>,
          errors: fc.array(tie("record"), { maxLength: 3, depthIdentifier: "record" }),
        },
        { requiredKeys: ["name", "message"] },
      ),
    }));
    const rules = fc.record({
      retryOn: fc.option(fc.subarray<"Error" | 503 | "TypeError">(["Error", 503, "TypeError"])),
      neverRetryOn: fc.subarray<404 | "ECONNRESET" | "TypeError">([404, "ECONNRESET", "TypeError"]),
    });
    fc.assert(
      fc.property(record, rules, (each, lists) => {
        expect(judge(JSON.parse(JSON.stringify(each)) as ErrorRecord, lists)).toBe(judge(each, lists));
      }),
    );
  });
});
