// A run is driven by hand in every way there is, with crashes in between, and compared after each step with a naive one
// that was written from docs/rules.md.
import fc from "fast-check";
import { describe, test } from "vitest";
import { bothBackends as backends } from "../rules/support/both-backends.ts";
import { command, Pair, type Command } from "./commands.ts";

/** What was found once. */
const call = (work: "pair" | "echo", input: number, key: string | undefined, diesAfter?: number): Command => ({ kind: "call", verb: "run", work, input, key, diesAfter });
const found: [readonly Command[]][] = [
  // A record of a key that was given to another input stays with that call, though there is an equal one by now.
  [[call("pair", 1, "l", 0), call("pair", 2, "l"), call("pair", 2, "l"), call("echo", 1, undefined, 0), call("pair", 2, "l")]],
];

const runs = { memory: 400, fs: 25, sqlite: 25 } as const;

describe.each(backends)("A2, A3, R1, R3, R4, H1, S1, S3: a run driven by hand, in %s", (where, open) => {
  test("is what a naive one is after every step: history, status, metadata, storage, and what was reused", { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(fc.array(command, { maxLength: 30, size: "max" }), async (commands: readonly Command[]) => {
      const pair = new Pair(await open());
      await pair.open();
      for (const [index, one] of commands.entries()) {
        const difference = await pair.do(one);
        if (difference !== undefined) throw new Error(`after step ${index + 1}, ${difference}`);
      }
      await pair.close();
    });
    await fc.assert(property, { numRuns: runs[where as keyof typeof runs], examples: found });
  });
});
