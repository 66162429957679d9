import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as entry from "../src/index.ts";

const fence = (language: string): RegExp => new RegExp("```" + language + "\\n(.*?)```", "gs");
const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const withoutStars = (text: string): string => text.replaceAll(/^ \*( |$)/gm, "");

const examples = [
  ...[...textOf("../README.md").matchAll(fence("js"))].map((match) => ["README.md", match[1] ?? ""] as const),
  ...["retry.ts", "retry-provider.ts"].flatMap((file) => [...withoutStars(textOf(`../src/${file}`)).matchAll(fence("ts"))].map((match) => [file, match[1] ?? ""] as const)),
];

type Printer = { readonly log: (value: unknown) => void };
const AsyncFunction = (async () => undefined).constructor as new (...parts: readonly string[]) => (from: typeof entry, console: Printer) => Promise<void>;

/** Runs an example with the package's entry in place of its import, and gives what it printed. */
async function printedBy(code: string): Promise<readonly string[]> {
  const printed: string[] = [];
  const body = code.replace(/^import \{(.*)\} from "@reprise\/retry";$/m, "const {$1} = entry;");
  await new AsyncFunction("entry", "console", body)(entry, { log: (value) => void printed.push(String(value)) });
  return printed;
}

test("there are examples", () => {
  expect(examples.map(([file]) => file)).toEqual(["README.md", "README.md", "retry.ts", "retry-provider.ts"]);
});

test.each(examples)("an example of %s runs and prints what its comments say", async (_, code) => {
  const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => (match[1] ?? "").replaceAll('"', ""));
  expect(promised.length).toBeGreaterThan(0);
  const printed = await printedBy(code);
  for (const line of promised) expect(printed).toContain(line);
});

test("the README names every option, error code and preset", () => {
  const readme = textOf("../README.md");
  for (const name of [...Object.keys(entry.retry().config), "INVALID_RETRY_CONFIG", "RETRY_PREDICATE_FAILED", "httpPermanentStatuses", "httpTransientStatuses"]) {
    expect(readme).toContain(`\`${name}`.replace("`http", "http"));
  }
});
