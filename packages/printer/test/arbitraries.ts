import fc from "fast-check";
import { InterruptReason, type ErrorRecord, type EventType, type ExecutionStatus } from "@reprise/core/spi";
import type { TaggedMessage } from "../src/view/view-of.ts";

const nasty = [
  "plain name", "日本語のテキスト", "👩‍👩‍👧‍👦", "🇩🇪🇯🇵", "e\u0301\u0302\u0303\u0304\u0305\u0306", "\u001b[2J", "\u001b]8;;https://example.org\u0007link\u001b]8;;\u0007",
  "\u009b31m", "\u202eabc\u202c", "\r\n", "\u0000\u0007\u0008\u007f", "\u2028", "ะ้ำ", "한국어", "ᄀᄀᄀ각ᆨ", "a\u200db", "1\ufe0f\u20e3", "‥…", "ｶﾞｷﾞ",
  "\ud83d", "\udc00", "ब्राह्मी", "﷽", "\u{e0067}", "\t", "[STATUS]", "✓ forged [COMPLETED]", "%E2%80%AE", "\u0600\u0601x", "\ufe0f", "☺️",
];

/** Text as a model or an error might hand it over, or worse. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: "binary", maxLength: 8 }), fc.string({ maxLength: 12 })), { maxLength: 6 })
  .map((parts) => parts.join(""));

const anyError: fc.Arbitrary<ErrorRecord> = fc
  .record(
    { name: anyText, message: anyText, code: fc.oneof(anyText, fc.integer()), status: fc.integer({ min: 100, max: 599 }), stack: anyText },
    { requiredKeys: ["name", "message"] },
  )
  .chain((error) => fc.boolean().map((wrapped) => (wrapped ? { name: "ActorFailedError", message: "it failed", cause: error } : error)));

const anyType = fc.constantFrom<EventType>("agent_call", "tool_call", "llm_call", "group", "branch");
const anyStatus = fc.constantFrom<ExecutionStatus>("started", "completed", "failed", "retrying", "cancelled", "interrupted");
const anyMs = fc.oneof(fc.constant(0), fc.nat(100_000), fc.double({ min: 0, max: 1e12, noNaN: true }));
const count = fc.nat(300);

const identity = {
  stateId: fc.oneof(fc.constant("run-1"), anyText),
  address: fc.oneof(anyText, fc.constantFrom("a::b::tool_call", "a::g{1}::branch", "a::g{1}::f::tool_call", "a::g::group", "a::agent_call", "")),
  type: anyType,
  name: anyText,
  call: fc.integer({ min: 1, max: 12 }),
  parent: fc.option(fc.integer({ min: 0, max: 13 }), { nil: undefined }),
};

const anyEvent = fc
  .record({
    ...identity,
    seq: fc.integer({ min: 1, max: 10_000 }),
    status: anyStatus,
    attempt: fc.integer({ min: 1, max: 40 }),
    at: fc.nat(10_000_000),
  })
  .chain((event) =>
    fc
      .record(
        {
          executionTimeMs: anyMs, delayMs: anyMs, dueAt: fc.nat(10_000_000), maxAttempts: fc.integer({ min: 1, max: 1000 }), final: fc.boolean(),
          error: anyError, reason: anyText, opening: fc.constantFrom("retry" as const, "recovery" as const),
          group: fc.record({ size: count, maxWorkers: count }), input: anyText, value: anyText,
        },
        { requiredKeys: [] },
      )
      .map((extra): TaggedMessage => ({ topic: "event", ...event, ...extra })),
  );

const anyNotice: fc.Arbitrary<TaggedMessage> = fc.oneof(
  fc
    .record({ ...identity, status: anyStatus, attempts: fc.integer({ min: 1, max: 9 }), savedMs: anyMs, at: fc.nat(10_000_000), inputChanged: fc.boolean(), versionChanged: fc.boolean() })
    .map((notice): TaggedMessage => ({ topic: "recovered", ...notice })),
  fc
    .record({ stateId: identity.stateId, level: fc.constantFrom("info" as const, "warn" as const, "error" as const), code: anyText, message: anyText, address: identity.address, at: fc.nat(10_000_000), data: anyText })
    .map((notice): TaggedMessage => ({ topic: "log", ...notice })),
  fc
    .record({ stateId: identity.stateId, address: identity.address, call: identity.call, at: fc.nat(10_000_000), size: count, running: count, completed: count, failed: count, cancelled: count, recovered: count })
    .map((notice): TaggedMessage => ({ topic: "group", ...notice })),
  fc
    .record({ stateId: identity.stateId, seq: fc.nat(10_000), at: fc.nat(10_000_000), status: fc.oneof(anyText, fc.constantFrom("paused", "running", "interrupted")) })
    .map((notice): TaggedMessage => ({ topic: "checkpoint", ...notice })),
  fc
    .record({
      stateId: identity.stateId,
      at: fc.nat(10_000_000),
      signal: fc.record({ reason: fc.constantFrom(...Object.values(InterruptReason)), message: anyText, triggeredBy: anyText, saveCheckpoint: fc.boolean() }),
      checkpoint: fc.constantFrom("saved" as const, "not_asked_for" as const, "no_backend" as const, "failed" as const),
      openCalls: count,
    })
    .map((notice): TaggedMessage => ({ topic: "interrupt", ...notice })),
);

/** Messages in any order and of any content: more than an engine would ever do. */
export const anyMessages: fc.Arbitrary<TaggedMessage[]> = fc.array(fc.oneof({ weight: 3, arbitrary: anyEvent }, { weight: 2, arbitrary: anyNotice }), { maxLength: 40 });
