import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { renderSummary, renderTree } from "../src/index.ts";
import { failedRun } from "./sample-runs.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the sample of the README is what is drawn", () => {
  const { items } = failedRun();
  expect(readme).toContain(`\`\`\`text\n${[...renderTree(items), "", ...renderSummary(items)].join("\n")}\n\`\`\``);
});

test("the README lists every option of the printer", () => {
  const source = readFileSync(new URL("../src/printer-options.ts", import.meta.url), "utf8");
  const options = [...source.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name]) => name);
  expect(options.length).toBeGreaterThan(10);
  for (const option of options) expect(readme).toContain(`| \`${option}\` |`);
});
