import { createReprise, tool } from "@reprise/core";
import { expect, test } from "vitest";
import { eventPrinter } from "../src/index.ts";

const picky = tool({ name: "picky", run: (item: number) => { if (item % 3 === 0) throw new Error(`no ${item}`); return item; } });

/** What a real run of groups prints: tasks with names, and eight items of which three fail. */
async function printed(mode: "append" | "tree"): Promise<string[]> {
  let text = "";
  const state = await createReprise({ subscribers: [eventPrinter({ mode, width: 120, stream: { write: (chunk: string) => (text += chunk) } })] }).create();
  await state.parallel("page", { text: (branch) => branch.run(picky, 1), links: (branch) => branch.run(picky, 2) });
  await state.map("eight", [0, 1, 2, 3, 4, 5, 6, 7], picky, { maxWorkers: 3 }).catch(() => undefined);
  await state.close();
  return text.split("\n");
}

test("P1, defect-T43: a tree shows each group once as begun and once as ended, with what became of it, and names its branches", async () => {
  const lines = await printed("tree");
  expect(lines.filter((line) => line.includes("group page")).map((line) => line.trim())).toEqual([expect.stringMatching(/\[STARTED\] 2 items, 5 at once$/u), expect.stringMatching(/\[COMPLETED\] 2\/2/u)]);
  expect(lines.filter((line) => line.includes("group eight"))).toEqual([expect.stringMatching(/\[STARTED\] 8 items, 3 at once$/u), expect.stringMatching(/\[FAILED\] 5\/8/u)]);
  expect(lines.filter((line) => line.includes("page{text}")).length).toBeGreaterThan(0);
  expect(lines.filter((line) => /no [036]/u.test(line) && !line.includes("GROUP_FAILED"))).toHaveLength(3);
});

test("P1: greppable lines carry the addresses of tasks and the size of their group", async () => {
  const lines = await printed("append");
  expect(lines.filter((line) => line.includes("page::group"))).toEqual([expect.stringMatching(/started .*items=2 workers=5/u), expect.stringMatching(/completed .*page::group/u)]);
  expect(lines.some((line) => line.includes("completed  page{links}::picky::tool_call"))).toBe(true);
});
