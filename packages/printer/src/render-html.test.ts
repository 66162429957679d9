import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyMessages, anyText } from "../test/arbitraries.ts";
import { runBuilder, type RunBuilder } from "../test/run-builder.ts";
import { failedRun, longGroupRun, resumedRun } from "../test/sample-runs.ts";
import { renderHtml } from "./render-html.ts";

// How to know that it works: the text a reader sees says what happened, with times where they belong; nothing in the page is
// fetched or run; and for any messages the page has exactly the elements it was meant to have.

/** A run with everything a report shows. */
function fullRun(): RunBuilder {
  const run = runBuilder("run-full");
  const root = run.start("agent_call", "weekly", undefined, { input: { week: 47, apiKey: "k-1" } });
  const fetch = run.start("tool_call", "fetch[feed]", root, { maxAttempts: 5, input: "https://feed.example" });
  run.wait(800);
  run.fail(fetch, { name: "TypeError", message: "fetch failed", cause: { name: "SocketError", code: "ECONNRESET", message: "socket hang up" } });
  run.retry(fetch, 1200);
  run.wait(1200);
  run.again(fetch, 2, { maxAttempts: 5 });
  run.wait(2000);
  run.complete(fetch, { value: { items: 3, cookie: "c-1" } });
  run.log("warn", "few items", { address: fetch.address, data: { token: "t-1", count: 3 } });
  run.pause("wait_call", "approval", root, { prompt: { question: "Publish?", password: "p-1" } });
  run.wait(6000);
  run.checkpoint("awaiting");
  return run;
}

const snapshot = {
  storage: { outline: { title: "Sagas" }, sessionCookie: "c-2" },
  artifacts: { "report.md": { sha256: "ab12", sizeBytes: 12_034 } },
  checkpoints: [{ seq: 9, at: 1_795_253_400_000, status: "awaiting" }],
  metadata: { tags: ["nightly"], accessToken: "t-2" },
};

/** The text of the page, without tags and style. */
function textOf(page: string): string {
  return page.replace(/<style>[^]*?<\/style>/, "").replace(/<[^>]+>/g, " ").replaceAll("&quot;", '"').replace(/[^\S\n]+/g, " ");
}

const elements = (page: string): readonly string[] => [...page.matchAll(/<(\/?[a-z][a-z0-9]*)/g)].map(([, name]) => name ?? "");

describe("a page", () => {
  test("says the result, the numbers, each call, its attempts, errors with their causes, what is awaited, logs", () => {
    const text = textOf(renderHtml(fullRun().items));
    for (const said of ["run-full awaiting", "Elapsed 10.0s", "Retries 1", "weekly", "fetch[feed]", "2/5", "attempt 1 2026-11-21 09:30:00.000 800ms failed TypeError fetch failed", "because of ECONNRESET socket hang up"]) {
      expect(text).toContain(said);
    }
    for (const said of ["delay 2026-11-21 09:30:00.800 1.2s", "attempt 2 2026-11-21 09:30:02.000 2.0s completed", "6.0s so far", "Publish?", "warn", "few items"]) expect(text).toContain(said);
  });

  test("places each attempt, delay and wait on the time of the run", () => {
    const page = renderHtml(fullRun().items);
    const bars = [...page.matchAll(/<i class="bar ([^"]+)" style="left:([\d.]+)%;width:([\d.]+)%"/g)].map(([, look, left, width]) => `${look} ${left} ${width}`);
    expect(bars).toEqual(["attempt open 0 100", "attempt bad 0 8", "backoff 8 12", "attempt good 20 20", "wait 40 60"]);
    expect([...page.matchAll(/<span style="left:([\d.]+)%">([^<]*)</g)].map(([, left, text]) => `${left} ${text}`)).toEqual(["0 0", "20 2.0s", "40 4.0s", "60 6.0s", "80 8.0s", "100 10.0s"]);
  });

  test("needs nothing else and runs nothing", () => {
    const page = renderHtml(fullRun().items, { details: "io", snapshot });
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<object|\son[a-z]+=|url\(|@import|javascript:/i);
    expect(page.replace(/<pre>[^]*?<\/pre>/g, "")).not.toMatch(/(?:src|href)="(?!#)/);
    expect(page).toContain("default-src 'none'");
  });

  test("hides inputs, results and log data unless asked for, and secrets always", () => {
    const page = renderHtml(fullRun().items, { snapshot });
    for (const hidden of ["47", "feed.example", "items\": 3", "Sagas", "p-1", "t-1", "c-1", "c-2", "t-2", "k-1"]) expect(textOf(page)).not.toContain(hidden);
    const io = textOf(renderHtml(fullRun().items, { details: "io", snapshot }));
    for (const shown of ['"week": 47', "https://feed.example", '"items": 3', '"title": "Sagas"', '"count": 3', "[redacted]"]) expect(io).toContain(shown);
    for (const secret of ["p-1", "t-1", "c-1", "c-2", "t-2", "k-1"]) expect(io).not.toContain(secret);
    const none = textOf(renderHtml(fullRun().items, { details: "none" }));
    expect(none).not.toContain("socket hang up");
    expect(none).not.toContain("Publish?");
    expect(textOf(renderHtml(fullRun().items, { details: "io", redact: ["question"] }))).not.toContain("Publish?");
  });

  test("lists what is stored, artifacts, checkpoints and metadata of a snapshot", () => {
    const text = textOf(renderHtml(fullRun().items, { snapshot }));
    for (const said of ["Storage 2", "outline", "sessionCookie", "Artifacts 1", "report.md", '"sha256": "ab12"', "Checkpoints 1", "record 9", "Metadata 2", '"nightly"']) expect(text).toContain(said);
  });

  test("names who stopped an interrupted run, and why", () => {
    const run = resumedRun();
    const items = [...run.items, { topic: "interrupt" as const, stateId: "run_01k8q7", at: run.now(), signal: { reason: "user_cancelled" as const, message: "enough <b>now</b>", triggeredBy: "ada", saveCheckpoint: true }, checkpoint: "saved" as const, openCalls: 2 }];
    const stopped = renderHtml([...items, { topic: "checkpoint", stateId: "run_01k8q7", seq: 99, at: run.now(), status: "interrupted" }]);
    expect(stopped).toContain("INTERRUPTED USER CANCELLED: enough &lt;b&gt;now&lt;/b&gt;, by ada.");
  });

  test("shows every item of a long group", () => {
    expect(renderHtml(longGroupRun().items).match(/<details /g)).toHaveLength(242);
  });

  test("what failed and what waits is open, the rest is closed", () => {
    const opened = (page: string): readonly string[] => [...page.matchAll(/<details id="c\d+" open>.*?<\/i> ([^<]*)/g)].map(([, name]) => name ?? "");
    expect(opened(renderHtml(failedRun().items))).toEqual(["publish"]);
    expect(opened(renderHtml(fullRun().items))).toEqual(["approval"]);
  });

  test("is made of a history, of events, and of lines that were printed; anything else is refused", () => {
    const { items } = fullRun();
    const history = { events: () => items.filter((item) => "topic" in item && item.topic === "event") as never };
    expect(renderHtml(history)).toContain("fetch[feed]");
    expect(() => renderHtml("run" as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "source", message: 'renderHtml: source must be a history or an iterable of events, got "run"' }));
    expect(() => renderHtml([], { details: "all" as never })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "details", message: 'renderHtml: details must be one of "none", "errors", "io", got "all"' }));
    expect(renderHtml([])).toContain("running");
  });
});

test("for any messages a page has only elements of its own, each of them closed, and no control characters", () => {
  fc.assert(
    fc.property(anyMessages, anyText, fc.constantFrom("io" as const, "errors" as const), (messages, title, details) => {
      const hostile = `${title}</title><script>alert(1)</script><b onclick="x">`;
      const page = renderHtml(messages, { details, stacks: true, title: hostile, snapshot: { storage: { [hostile]: hostile }, artifacts: { [hostile]: hostile } } });
      expect(page).not.toMatch(/[^\P{Cc}\n]/u);
      expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
      expect(unbalanced(elements(page))).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 30_000);

/** Elements that are not of a page, or not closed where they should be. */
function unbalanced(names: readonly string[]): readonly string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const name of names) {
    if (name === "script") wrong.push(name);
    if (name === "meta") continue;
    if (!name.startsWith("/")) open.push(name);
    else if (open.pop() !== name.slice(1)) wrong.push(name);
  }
  return [...wrong, ...open];
}
