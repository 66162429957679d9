import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { anyMessages } from "../test/arbitraries.ts";
import { runBuilder } from "../test/run-builder.ts";
import { failedRun } from "../test/sample-runs.ts";
import { renderSummary, type RenderSummaryOptions } from "./render-summary.ts";
import type { RunItem } from "./view/view-of.ts";

const drawn = (items: readonly RunItem[], options: RenderSummaryOptions = {}): string => `\n${renderSummary(items, options).join("\n")}\n`;

test("80 columns, unicode", () => expect(drawn(failedRun().items)).toMatchInlineSnapshot(`
  "
  Result    failed in 14.1s   work 17.9s   parallelism 1.3x
  Calls     7 total   5 ran   2 recovered   6 completed   1 failed
            success rate 85.7%
  Retries   2 retry events   2 calls retried   2 retry attempts   retry rate 40%
            backoff 5.0s   2 then completed
  Saved     3.5s of recorded work, 2 calls reused
  Errors    RATE_LIMITED x1   TIMEOUT x1   CMS_FORBIDDEN x1
  Slowest   gather{2} › search[idempotency keys in payment APIs and queues] 8.8s
            gather{3} › search[sagas] 6.2s   summarise 4.4s
  Logs      1 warning
  "
`));
test("44 columns, ascii", () => expect(drawn(failedRun().items, { width: 44, glyphs: "ascii" })).toMatchInlineSnapshot(`
  "
  Result    failed in 14.1s   work 17.9s
            parallelism 1.3x
  Calls     7 total   5 ran   2 recovered
            6 completed   1 failed
            success rate 85.7%
  Retries   2 retry events   2 calls retried
            2 retry attempts   retry rate 40%
            backoff 5.0s   2 then completed
  Saved     3.5s of recorded work, 2 calls r..
  Errors    RATE_LIMITED x1   TIMEOUT x1
            CMS_FORBIDDEN x1
  Slowest   gather{2} > search[idempotency k..
            gather{3} > search[sagas] 6.2s
            summarise 4.4s
  Logs      1 warning
  "
`));
test("60 columns, unicode", () => expect(drawn(failedRun().items, { width: 60 })).toMatchInlineSnapshot(`
  "
  Result    failed in 14.1s   work 17.9s   parallelism 1.3x
  Calls     7 total   5 ran   2 recovered   6 completed
            1 failed   success rate 85.7%
  Retries   2 retry events   2 calls retried
            2 retry attempts   retry rate 40%   backoff 5.0s
            2 then completed
  Saved     3.5s of recorded work, 2 calls reused
  Errors    RATE_LIMITED x1   TIMEOUT x1   CMS_FORBIDDEN x1
  Slowest   gather{2} › search[idempotency keys in payment AP…
            gather{3} › search[sagas] 6.2s   summarise 4.4s
  Logs      1 warning
  "
`));
test("120 columns, ascii", () => expect(drawn(failedRun().items, { width: 120, glyphs: "ascii" })).toMatchInlineSnapshot(`
  "
  Result    failed in 14.1s   work 17.9s   parallelism 1.3x
  Calls     7 total   5 ran   2 recovered   6 completed   1 failed   success rate 85.7%
  Retries   2 retry events   2 calls retried   2 retry attempts   retry rate 40%   backoff 5.0s   2 then completed
  Saved     3.5s of recorded work, 2 calls reused
  Errors    RATE_LIMITED x1   TIMEOUT x1   CMS_FORBIDDEN x1
  Slowest   gather{2} > search[idempotency keys in payment APIs and queues] 8.8s   gather{3} > search[sagas] 6.2s
            summarise 4.4s
  Logs      1 warning
  "
`));

test("a run of which nothing is known divides nothing by nothing", () => {
  expect(drawn([])).toMatchInlineSnapshot(`
    "
    Result    running
    Calls     0 total   0 ran   success rate n/a
    "
  `);
});

test("a run that was reused as a whole says what that saved", () => {
  const run = runBuilder();
  run.recover(run.recorded("agent_call", "writer"), 125_000);
  expect(drawn(run.items)).toMatchInlineSnapshot(`
    "
    Result    completed
    Calls     1 total   0 ran   1 recovered   1 completed   success rate 100%
    Saved     2m05s of recorded work, 1 call reused
    "
  `);
});

test("agents are shown apart where there are several or one was retried", () => {
  const run = runBuilder();
  const outer = run.start("agent_call", "outer");
  const inner = run.start("agent_call", "inner", outer);
  run.fail(inner, { name: "TypeError", message: "x is undefined" });
  run.retry(inner, 0);
  run.again(inner, 2);
  run.complete(inner);
  run.complete(outer);
  expect(drawn(run.items)).toContain("Agents    2 total   2 completed   1 retried");
  expect(drawn(run.items)).toContain("Errors    TypeError x1");
});

test("for any messages no line exceeds the width or contains a control character", () => {
  fc.assert(
    fc.property(anyMessages, fc.integer({ min: 20, max: 140 }), (messages, width) => {
      for (const line of renderSummary(messages, { width })) {
        expect(stringWidth(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/\p{Cc}|\s$/u);
      }
    }),
  );
});
