// "@reprise/retry" imports no other package and meets core's ports by shape alone: this holds them together.
import type { RepriseOptions, RetrySetting } from "@reprise/core";
import type * as core from "@reprise/core/spi";
import { retry, retryProvider } from "@reprise/retry";
import type * as standalone from "@reprise/retry";
import { expectTypeOf, test } from "vitest";

test("what retry() makes is a policy of core's, and can be given to an actor", () => {
  expectTypeOf(retry({ maxAttempts: 3 })).toExtend<core.RetryPolicy>();
  expectTypeOf(retry({ maxAttempts: 3 })).toExtend<RetrySetting>();
});

test("what retryProvider() makes is a provider of core's, and can be given to createReprise", () => {
  expectTypeOf(retryProvider()).toExtend<core.RetryProvider>();
  expectTypeOf(retryProvider()).toExtend<NonNullable<RepriseOptions["retry"]>>();
});

test("its ports are those of core, or more", () => {
  expectTypeOf<standalone.RetryPolicy>().toExtend<core.RetryPolicy>();
  expectTypeOf<standalone.RetryProvider>().toExtend<core.RetryProvider>();
});

test("what passes through them is the same on both sides", () => {
  expectTypeOf<standalone.FailureRecord>().toExtend<core.FailureRecord>();
  expectTypeOf<core.FailureRecord>().toExtend<standalone.FailureRecord>();
  expectTypeOf<standalone.RetryDecision>().toExtend<core.RetryDecision>();
  expectTypeOf<core.RetryDecision>().toExtend<standalone.RetryDecision>();
  expectTypeOf<standalone.ErrorRecord>().toExtend<core.ErrorRecord>();
  expectTypeOf<core.ErrorRecord>().toExtend<standalone.ErrorRecord>();
  expectTypeOf<standalone.PlainData>().toEqualTypeOf<core.PlainData>();
});

test("every kind of call of core's has a default of the provider's", () => {
  expectTypeOf<core.EventType>().toExtend<Parameters<standalone.RetryProvider["defaultFor"]>[0]>();
});
