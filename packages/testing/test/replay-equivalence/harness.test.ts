import { expect, test } from "vitest";
import { checkExact } from "./exact.ts";
import { generateProgram } from "./generate.ts";
import { printProgram } from "./print.ts";
import type { Program, Step } from "./program.ts";
import { shrink, smallerPrograms } from "./shrink.ts";

const programs = Array.from({ length: 300 }, (_, index) => generateProgram(index + 1));

test("the same seed gives the same program", () => {
  expect(generateProgram(42)).toEqual(generateProgram(42));
  expect(generateProgram(42)).not.toEqual(generateProgram(43));
});

test("300 programs use every kind of step, in every place", () => {
  const text = programs.map((program) => JSON.stringify(program)).join("\n");
  const kinds: readonly Step["kind"][] = ["call", "agent", "list", "all", "race", "any", "loop", "catch", "log", "count", "read", "when", "map", "spawn"];
  for (const kind of kinds) expect(text.split(`"kind":"${kind}"`).length, kind).toBeGreaterThan(50);
  for (const word of ['"try"', '"fail_fast"', '"keyed":true', '"wrap"', '"bare"', '"rethrow"', '"afresh"', '"ignoresAbort":true', '"delayed":true', '"timeoutMs"']) {
    expect(text.split(word).length, word).toBeGreaterThan(20);
  }
});

test("with groups, 300 programs use every kind of group in every way; without, none does", () => {
  const grouped = Array.from({ length: 300 }, (_, index) => JSON.stringify(generateProgram(index + 1, { groups: true }))).join("\n");
  for (const word of ['"kind":"parallel"', '"named":true', '"named":false', '"stream"', '"leaveAfter":1', '"awaited":true']) {
    expect(grouped.split(word).length, word).toBeGreaterThan(50);
    expect(programs.map((program) => JSON.stringify(program)).join("\n")).not.toContain(word);
  }
  expect(grouped.match(/"errors":"fail_(?:slow|fast)","(?:work":\d+,")?timeoutMs"/gu)?.length).toBeGreaterThan(20);
});

test("a program prints as code", () => {
  const printed = printProgram({
    seed: 1,
    tools: [{ name: "t0", failures: 1, attempts: 2, delayed: true, ignoresAbort: true, writes: "log", once: false }],
    root: {
      name: "root",
      attempts: 1,
      delayed: false,
      timeoutMs: undefined,
      retryChildren: "auto",
      ownFailures: 0,
      body: [
        { kind: "race", arms: [[{ kind: "call", verb: "run", tool: 0, input: "last", key: 1, timeoutMs: 9.5 }], [{ kind: "count", amount: 2 }]] },
        { kind: "map", name: "pages", items: [0, 0], keyed: false, workers: 1, errors: "fail_fast", work: [{ kind: "read" }] },
        { kind: "parallel", name: "parts", tasks: [[{ kind: "log" }], []], named: true, workers: 2, errors: "fail_slow", timeoutMs: 9.5, stream: { before: [], each: [{ kind: "count", amount: 1 }], leaveAfter: 1, awaited: true } },
      ],
    },
  });
  expect(printed).toMatchInlineSnapshot(`
    "const t0 = tool("t0"); // fails 1x, 2 attempts with delays, ignores abort, writes log

    const root = agent("root", async (last, ctx) => {
      last = await Promise.race([
        (async () => { let mine = last; // its own \`last\`
          last = await ctx.run(t0, last, { key: "k1", timeoutMs: 9.5 });
        })(),
        (async () => { let mine = last; // its own \`last\`
          ctx.storage.add("count", 2);
        })(),
      ]);
      last = await ctx.map("pages", ["in0", "in0"], async (last, ctx) => {
        last = \`\${last}(\${ctx.storage.get("log")},\${ctx.storage.get("count")})\`;
        return last;
      }, { maxWorkers: 1, errors: "fail_fast" });
      const group = ctx.parallel("parts", {
        b0: async (ctx) => { let last = "b0";
          ctx.storage.set("log", ctx.storage.get("log") + "," + last);
          return last;
        },
        b1: async (ctx) => { let last = "b1";
          return last;
        },
      }, { maxWorkers: 2, timeoutMs: 9.5 });
      for await (const outcome of group.stream()) {
        last = \`\${last}|\${outcome}\`;
        ctx.storage.add("count", 1);
        if (count === 1) break;
      }
      last = await group;
      return last;
    })"
  `);
});

test("shrinking ends at a program of which no smaller one fails", async () => {
  // "Fails" if it has both a race and a map somewhere.
  const fails = async (program: Program): Promise<string | undefined> => {
    const text = JSON.stringify(program);
    return text.includes('"race"') && text.includes('"map"') ? "has both" : undefined;
  };
  const program = programs.find((candidate) => JSON.stringify(candidate).includes('"race"') && JSON.stringify(candidate).includes('"map"'));
  if (!program) throw new Error("no program to shrink");
  const smallest = await shrink(program, "has both", fails, 5_000);
  expect(JSON.stringify(smallest.program.root.body).split('"kind"').length - 1).toBeLessThanOrEqual(3);
  for (const smaller of smallerPrograms(smallest.program)) expect(await fails(smaller)).toBeUndefined();
});

test("nobody answers a process that has ended: whoever resumes the run may come before the answer", async () => {
  expect(await checkExact(generateProgram(210_397, { pauses: true }))).toMatchObject({ failure: undefined });
});
