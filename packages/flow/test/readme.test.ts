import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import * as core from "@reprise/core";
import { expect, test } from "vitest";
import * as zod from "zod";
import * as flow from "../src/index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const modules: Readonly<Record<string, object>> = { "@reprise/core": core, "@reprise/flow": flow, zod };
const AsyncFunction = (async () => undefined).constructor as new (...parts: readonly string[]) => (modules: object, console: { readonly log: (value: unknown) => void }) => Promise<void>;

test("the example of the README prints what it says it prints", async () => {
  const [, code = ""] = /```ts\n(.*?)```/su.exec(readme) ?? [];
  const body = stripTypeScriptTypes(code.replaceAll(/^import \{(?<names>.*)\} from (?<from>".*");$/gmu, "const {$<names>} = modules[$<from>];"));
  const printed: unknown[] = [];
  await new AsyncFunction("modules", "console", body)(modules, { log: (value) => void printed.push(value) });
  expect(printed).toEqual([["ABOUT SAGAS. ABOUT SAGAS."]]);
  expect(code).toContain("[ 'ABOUT SAGAS. ABOUT SAGAS.' ]");
});
