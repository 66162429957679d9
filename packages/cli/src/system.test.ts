import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { askOn } from "./system.ts";

const question = "Remove it? [y/N] ";

/** What is answered, and what stands on the screen, where these keys are pressed on a terminal; null: the input ends. */
async function answered(keys: string | null): Promise<{ readonly answer: string | undefined; readonly screen: string }> {
  const [input, output] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY: true, columns: 80 })];
  const asked = askOn(question, input, output);
  if (keys === null) input.end();
  else input.write(keys);
  return { answer: await asked, screen: stripVTControlCharacters(String(output.read())) };
}

test("a line is the answer", async () => {
  expect(await answered("y\r")).toMatchObject({ answer: "y" });
  expect(await answered("\r")).toMatchObject({ answer: "" });
});

test.each([["Ctrl-D", "\u0004"], ["the end of the input", null]])("%s is an answer without a word, and what is said next stands on a line of its own", async (_name, keys) => {
  expect(await answered(keys)).toEqual({ answer: "", screen: `${question}\n` });
});

test("Ctrl-C is no answer", async () => {
  expect(await answered("\u0003")).toEqual({ answer: undefined, screen: `${question}\n` });
});
