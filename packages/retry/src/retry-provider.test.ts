import { describe, expect, test } from "vitest";
import { retryProvider } from "./retry-provider.ts";
import { retry } from "./retry.ts";

describe("T1: the provider's defaults", () => {
  test("tools and llms get 3 attempts, exponential from 1 s, at most 30 s, with jitter", () => {
    const provider = retryProvider();
    for (const type of ["tool_call", "llm_call"] as const) {
      expect(provider.defaultFor(type)).toMatchObject({
        maxAttempts: 3,
        config: { backoff: "exponential", initialDelayMs: 1_000, multiplier: 2, maxDelayMs: 30_000, jitter: "quarter" },
      });
    }
  });

  test("agents, groups and branches get none", () => {
    const provider = retryProvider();
    for (const type of ["agent_call", "group", "branch"] as const) expect(provider.defaultFor(type)).toBe(false);
  });

  test("a kind of call can be configured, given a policy, or switched off; the others keep theirs", () => {
    const own = retry({ maxAttempts: 9 });
    const provider = retryProvider({ defaults: { tool_call: false, agent_call: { maxAttempts: 2, initialDelayMs: "5s" }, branch: own } });
    expect(provider.defaultFor("tool_call")).toBe(false);
    expect(provider.defaultFor("agent_call")).toMatchObject({ config: { maxAttempts: 2, initialDelayMs: 5_000 } });
    expect(provider.defaultFor("branch")).toBe(own);
    expect(provider.defaultFor("llm_call")).toMatchObject({ maxAttempts: 3 });
  });

  test("a default that cannot be used is named where it stands", () => {
    expect(() => retryProvider({ defaults: { llm_call: { maxAttempts: 0 } } })).toThrow("defaults.llm_call.maxAttempts must be a whole number from 1");
    expect(() => retryProvider({ defaults: { llm_call: null as never } })).toThrow("defaults.llm_call must be an object");
    expect(() => retryProvider({ defaults: { tool: { maxAttempts: 2 } } as never })).toThrow("defaults.tool is not a kind of call (kinds: agent_call, tool_call,");
  });
});

test.each<readonly [unknown, string]>([
  [{ default: {} }, "default is not an option of retryProvider (options: defaults, predicates), received an object"],
  [null, "options of retryProvider must be an object, received null"],
  [5, "options of retryProvider must be an object, received 5"],
  [{ defaults: null }, "defaults must be an object with kinds of call, received null"],
  [{ predicates: null }, "predicates must be an object with functions, received null"],
])("retryProvider(%o) is refused: what is misspelt would be as if it had not been given", (options, message) => {
  expect(() => retryProvider(options as never)).toThrow(expect.objectContaining({ code: "INVALID_RETRY_CONFIG", message: `invalid retry configuration: ${message}` }));
});

describe("T1: reviving", () => {
  test("a recorded configuration becomes the policy it was", () => {
    const policy = retry({ maxAttempts: 5, retryOn: [503] });
    const revived = retryProvider().from(JSON.parse(JSON.stringify(policy.config)));
    expect(revived.config).toEqual(policy.config);
  });

  test("a named predicate is found if it is registered, and missed loudly if not", () => {
    const config = { retryOn: [{ predicate: "quota" }] };
    const provider = retryProvider({ predicates: { quota: ({ message }) => message === "quota" } });
    expect(provider.from(config).decide({ error: { name: "Error", message: "quota" }, failures: 1, random: 0 }).retry).toBe(true);
    expect(() => retryProvider().from(config)).toThrow("retryOn[0].predicate must name a registered predicate (network)");
  });

  test.each([[undefined], [null], [false], [{ maxAttempts: "3" }]])("%o is refused with a code", (config) => {
    expect(() => retryProvider().from(config)).toThrow(expect.objectContaining({ code: "INVALID_RETRY_CONFIG" }));
  });
});
