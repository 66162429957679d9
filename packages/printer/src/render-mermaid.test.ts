import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyMessages } from "../test/arbitraries.ts";
import { runBuilder } from "../test/run-builder.ts";
import { failedRun, longGroupRun } from "../test/sample-runs.ts";
import { renderJsonLines } from "./render-json-lines.ts";
import { renderMermaid } from "./render-mermaid.ts";
import { renderTree } from "./render-tree.ts";
import type { RunItem } from "./view/view-of.ts";

// How to know that it works: the texts below were drawn by Mermaid 11 and looked at; for any messages each line is one of the
// few kinds of statement they are made of, so that no name can become one.

describe("mermaid", () => {
  test("a tree of the calls, with a class for each status", () => {
    expect(`\n${renderMermaid(failedRun().items)}`).toMatchInlineSnapshot(`
      "
      flowchart LR
        run(["run_01k8q7 failed"])
        run --> n0["✗ research-report<br/>agent 14.1s"]:::failed
        n0 --> n1["↺ plan<br/>llm -2.1s"]:::recovered
        n0 --> n2["✓ gather 4/4<br/>group 9.6s"]:::completed
        n2 --> n3["↺ #123;0#125;<br/>item -1.4s"]:::recovered
        n2 --> n4["✓ #123;1#125; search#91;replay modes#93;<br/>tool 2/5 3.4s"]:::completed
        n2 --> n5["✓ #123;2#125; search#91;idempotency keys in payment APIs and queues#93;<br/>tool 2/5 8.8s"]:::completed
        n2 --> n6["✓ #123;3#125; search#91;sagas#93;<br/>tool 6.2s"]:::completed
        n0 --> n7["✓ summarise<br/>llm 4.4s"]:::completed
        n0 --> n8["✗ publish<br/>tool 59ms"]:::failed
        classDef failed fill:#ffd7d5,stroke:#cf222e,color:#4c0a0a
        classDef recovered fill:#eadcff,stroke:#8250df,color:#2b1155,stroke-dasharray:4 3
        classDef completed fill:#d7f5dd,stroke:#1a7f37,color:#0b2e13
      "
    `);
  });

  test("a gantt of attempts, delays and reuses", () => {
    expect(`\n${renderMermaid(failedRun().items, { kind: "gantt", title: "weekly: report" })}`).toMatchInlineSnapshot(`
      "
      gantt
        title weekly#58; report
        dateFormat x
        axisFormat %H:%M:%S
        section plan
          ↺ plan reused :done, c2x0, 1795253400000, 1795253400001
        section gather
          ↺ gather#123;0#125; reused :done, c4x0, 1795253400002, 1795253400003
          ✓ gather#123;1#125; :done, c5x0, 1795253400002, 1795253403402
          ✓ gather#123;2#125; :done, c6x0, 1795253400002, 1795253408802
          ✗ search#91;replay modes#93; attempt 1 :crit, c7x0, 1795253400002, 1795253400902
          ↻ search#91;replay modes#93; delay :c7x1, 1795253400902, 1795253401902
          ✓ search#91;replay modes#93; attempt 2 :done, c7x2, 1795253401902, 1795253403402
          ✗ search#91;idempotency keys in payment APIs and queues#93; attempt 1 :crit, c8x0, 1795253400002, 1795253403502
          ↻ search#91;idempotency keys in payment APIs and queues#93; delay :c8x1, 1795253403502, 1795253407502
          ✓ search#91;idempotency keys in payment APIs and queues#93; attempt 2 :done, c8x2, 1795253407502, 1795253408802
          ✓ gather#123;3#125; :done, c14x0, 1795253403402, 1795253409622
          ✓ search#91;sagas#93; :done, c15x0, 1795253403402, 1795253409622
        section summarise
          ✓ summarise :done, c24x0, 1795253409622, 1795253414002
        section publish
          ✗ publish :crit, c26x0, 1795253414002, 1795253414061
      "
    `);
  });

  test("a long run is cut to what Mermaid draws, and says so", () => {
    const tree = renderMermaid(longGroupRun().items);
    expect(tree).toContain("… 236 more done");
    expect(tree.split("\n").length).toBeLessThan(20);
    expect(renderMermaid(longGroupRun().items, { maxChildren: 1000, maxRows: 100 })).toContain("… 142 more");
    const gantt = renderMermaid(longGroupRun().items, { kind: "gantt", maxRows: 100 });
    expect(gantt.match(/ :\w/g)).toHaveLength(100);
    expect(gantt).toMatch(/%% \d+ more are not drawn/);
  });

  test("a name of which nothing is left to show is a question mark, for Mermaid has no empty ones", () => {
    const run = runBuilder();
    run.complete(run.start("tool_call", "\u202e"));
    expect(renderMermaid(run.items, { kind: "gantt", title: " " })).toMatch(/title \?\n[^]*section \?\n/);
  });

  test("an unknown kind and a source that is none are refused", () => {
    expect(() => renderMermaid([], { kind: "pie" as never })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "kind", message: 'renderMermaid: kind must be one of "tree", "gantt", got "pie"' }));
    expect(() => renderMermaid(7 as never)).toThrow("renderMermaid: source must be a history or an iterable of events, got 7");
  });

  test("for any messages no name can end its label or begin a statement", () => {
    const label = String.raw`(?:[\p{L}\p{N} .,_/()+=!?✓✗↻↺⊘◌▸⊟›…-]|#\d+;)*`;
    const treeLine = new RegExp(String.raw`^(?:flowchart LR|  run\(\["${label}"\]\)|  \w+ --> \w+\["${label}(?:<br/>${label})?"\]:::\w+|  classDef \w+ [\w:#,; -]+)$`, "u");
    const ganttLine = new RegExp(String.raw`^(?:gantt|  title ${label}|  dateFormat x|  axisFormat %H:%M:%S|  section ${label}|    ${label} :(?:\w+, )?c\d+x\d+, \d+, \d+)$`, "u");
    fc.assert(
      fc.property(anyMessages, (messages) => {
        for (const line of renderMermaid(messages).trimEnd().split("\n")) expect(line).toMatch(treeLine);
        for (const line of renderMermaid(messages, { kind: "gantt" }).trimEnd().split("\n")) expect(line).toMatch(ganttLine);
      }),
      { numRuns: 100 },
    );
  });
});

describe("json lines", () => {
  test("are what can be read back and drawn as the same tree", () => {
    const { items } = failedRun();
    const parsed = renderJsonLines(items).map((line) => JSON.parse(line) as RunItem);
    expect(renderTree(parsed)).toEqual(renderTree(items));
  });

  test("each is one line, whatever the messages", () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        for (const line of renderJsonLines(messages, { details: "io", stacks: true })) {
          expect(line).not.toMatch(/\p{Cc}/u);
          expect(JSON.parse(line)).toHaveProperty("topic");
        }
      }),
      { numRuns: 100 },
    );
  });

  test("unknown details are refused", () => {
    expect(() => renderJsonLines([], { details: "all" as never })).toThrow('renderJsonLines: details must be one of "none", "errors", "io", got "all"');
  });
});
