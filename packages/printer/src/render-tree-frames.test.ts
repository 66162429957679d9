import { describe, expect, test } from "vitest";
import { failedRun, resumedRun } from "../test/sample-runs.ts";
import { renderTree, type RenderTreeOptions } from "./render-tree.ts";
import type { RunItem } from "./view/view-of.ts";

const drawn = (items: readonly RunItem[], options: RenderTreeOptions = {}): string => `\n${renderTree(items, options).join("\n")}\n`;

describe("a resumed run while it goes on", () => {
  const { items } = resumedRun();
  test("44 columns, ascii", () => expect(drawn(items, { width: 44, glyphs: "ascii" })).toMatchInlineSnapshot(`
    "
    > research-report  run_01k8q7           3.5s
    |- = plan                              -2.1s
    \`- > gather  2/4
       |- = {0}                            -1.4s
       |- + {1} search[replay modes]        3.4s
       |- ~ {2} search[idempotency ke..     3.5s
       |      TIMEOUT no response after 3.5s f..
       \`- > {3} search[sagas]              100ms
    "
  `));
  test("44 columns, unicode", () => expect(drawn(items, { width: 44 })).toMatchInlineSnapshot(`
    "
    ▸ research-report  run_01k8q7           3.5s
    ├─ ↺ plan                              -2.1s
    └─ ▸ gather  2/4
       ├─ ↺ {0}                            -1.4s
       ├─ ✓ {1} search[replay modes]        3.4s
       ├─ ↻ {2} search[idempotency key…     3.5s
       │      TIMEOUT no response after 3.5s fr…
       └─ ▸ {3} search[sagas]              100ms
    "
  `));
  test("60 columns, unicode", () => expect(drawn(items, { width: 60 })).toMatchInlineSnapshot(`
    "
    ▸ research-report  run_01k8q7        running            3.5s
    ├─ ↺ plan                            recovered         -2.1s
    └─ ▸ gather  2/4
       ├─ ↺ {0}                          recovered         -1.4s
       ├─ ✓ {1} search[replay modes]                 2/5    3.4s
       ├─ ↻ {2} search[idempotency key…  in 4.0s     1/5    3.5s
       │      TIMEOUT no response after 3.5s from api.search.ex…
       └─ ▸ {3} search[sagas]                              100ms
    "
  `));
  test("80 columns, unicode", () => expect(drawn(items, { width: 80 })).toMatchInlineSnapshot(`
    "
    ▸ research-report  run_01k8q7                      running                  3.5s
    ├─ ↺ plan                                          llm   recovered         -2.1s
    └─ ▸ gather  2/4                                   group
       ├─ ↺ {0}                                        item  recovered         -1.4s
       ├─ ✓ {1} search[replay modes]                   tool              2/5    3.4s
       ├─ ↻ {2} search[idempotency keys in payment A…  tool  in 4.0s     1/5    3.5s
       │      TIMEOUT no response after 3.5s from api.search.example
       └─ ▸ {3} search[sagas]                          tool                    100ms
    "
  `));
  test("120 columns, ascii", () => expect(drawn(items, { width: 120, glyphs: "ascii" })).toMatchInlineSnapshot(`
    "
    > research-report  run_01k8q7                                    running                  3.5s
    |- = plan                                                        llm   recovered         -2.1s
    \`- > gather  2/4                                                 group
       |- = {0}                                                      item  recovered         -1.4s
       |- + {1} search[replay modes]                                 tool              2/5    3.4s
       |- ~ {2} search[idempotency keys in payment APIs and queues]  tool  in 4.0s     1/5    3.5s
       |      TIMEOUT no response after 3.5s from api.search.example
       \`- > {3} search[sagas]                                        tool                    100ms
    "
  `));
});

describe("the same run when it has failed", () => {
  const { items } = failedRun();
  test("44 columns, unicode", () => expect(drawn(items, { width: 44 })).toMatchInlineSnapshot(`
    "
    ✗ research-report  run_01k8q7          14.1s
    ├─ ↺ plan                              -2.1s
    ├─ ✓ gather  4/4                        9.6s
    │  ├─ ↺ {0}                            -1.4s
    │  ├─ ✓ {1} search[replay modes]        3.4s
    │  ├─ ✓ {2} search[idempotency key…     8.8s
    │  └─ ✓ {3} search[sagas]               6.2s
    ├─ ✓ summarise                          4.4s
    └─ ✗ publish                            59ms
           CMS_FORBIDDEN 403 token lacks scope…
    "
  `));
  test("60 columns, ascii", () => expect(drawn(items, { width: 60, glyphs: "ascii" })).toMatchInlineSnapshot(`
    "
    x research-report  run_01k8q7        failed            14.1s
    |- = plan                            recovered         -2.1s
    |- + gather  4/4                                        9.6s
    |  |- = {0}                          recovered         -1.4s
    |  |- + {1} search[replay modes]                 2/5    3.4s
    |  |- + {2} search[idempotency ke..              2/5    8.8s
    |  \`- + {3} search[sagas]                               6.2s
    |- + summarise                                          4.4s
    \`- x publish                         failed             59ms
           CMS_FORBIDDEN 403 token lacks scope posts:write
    "
  `));
  test("80 columns, ascii", () => expect(drawn(items, { width: 80, glyphs: "ascii" })).toMatchInlineSnapshot(`
    "
    x research-report  run_01k8q7                      failed                  14.1s
    |- = plan                                          llm   recovered         -2.1s
    |- + gather  4/4                                   group                    9.6s
    |  |- = {0}                                        item  recovered         -1.4s
    |  |- + {1} search[replay modes]                   tool              2/5    3.4s
    |  |- + {2} search[idempotency keys in payment..   tool              2/5    8.8s
    |  \`- + {3} search[sagas]                          tool                     6.2s
    |- + summarise                                     llm                      4.4s
    \`- x publish                                       tool  failed             59ms
           CMS_FORBIDDEN 403 token lacks scope posts:write
    "
  `));
  test("120 columns, unicode", () => expect(drawn(items, { width: 120 })).toMatchInlineSnapshot(`
    "
    ✗ research-report  run_01k8q7                                    failed                  14.1s
    ├─ ↺ plan                                                        llm   recovered         -2.1s
    ├─ ✓ gather  4/4                                                 group                    9.6s
    │  ├─ ↺ {0}                                                      item  recovered         -1.4s
    │  ├─ ✓ {1} search[replay modes]                                 tool              2/5    3.4s
    │  ├─ ✓ {2} search[idempotency keys in payment APIs and queues]  tool              2/5    8.8s
    │  └─ ✓ {3} search[sagas]                                        tool                     6.2s
    ├─ ✓ summarise                                                   llm                      4.4s
    └─ ✗ publish                                                     tool  failed             59ms
           CMS_FORBIDDEN 403 token lacks scope posts:write
    "
  `));
});
