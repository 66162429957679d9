import { expect, test } from "vitest";
import { ExitCode, main, processTerminal } from "../src/index.ts";
import { storeKinds } from "./support/actors.ts";
import { filledStore } from "./support/stores.ts";

test.each(storeKinds)("on $kind what removes a run asks first: whatever is not yes leaves it", { timeout: 60_000 }, async (kind) => {
  const store = await filledStore(kind);
  const asked: string[] = [];
  const notes: string[] = [];
  const used = (answer: string | undefined, ...words: readonly string[]): Promise<ExitCode> =>
    main([...words, "--backend", store], {
      ...processTerminal(),
      out: () => undefined,
      note: (text) => void notes.push(text),
      ask: async (question) => {
        asked.push(question);
        return answer;
      },
    });
  for (const answer of ["", "n", "yess"]) expect(await used(answer, "delete", "done")).toBe(ExitCode.FOUND);
  expect(notes).toEqual(["Nothing was changed.", "Nothing was changed.", "Nothing was changed."]);
  expect(await used("n", "delete", "nobody")).toBe(ExitCode.NOT_FOUND);
  expect(asked).toHaveLength(3);
  expect(asked[0]).toMatch(/^Remove done with its \d+ records for good\? \[y\/N\] $/u);
  // Ctrl-C is no answer.
  expect(await used(undefined, "delete", "done")).toBe(130);
  expect(notes.at(-1)).toBe("Nothing was changed.");
  expect(await used("Y", "delete", "done")).toBe(ExitCode.OK);
  expect(await used("y", "delete", "done")).toBe(ExitCode.NOT_FOUND);
});
