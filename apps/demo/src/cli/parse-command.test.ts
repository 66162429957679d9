import { describe, expect, test } from "vitest";
import { parseCommand } from "./parse-command.ts";
import { UsageError } from "./usage-error.ts";

const parse = (line: string, variables: Readonly<Record<string, string>> = {}) => parseCommand(line.split(" ").filter((word) => word !== ""), (name) => variables[name]);

test("without words the demo runs with its defaults", () => {
  expect(parse("")).toEqual({ name: "demo", stateDirectory: "reprise-demo", json: false, directory: undefined, view: "progress", backend: "fs", seed: 1, crashAt: "middle", stayDead: false });
});

test("options and commands are read in any order", () => {
  expect(parse("--json --seed 7 --dir x --crash-at 3")).toMatchObject({ name: "demo", json: true, seed: 7, directory: "x", crashAt: 3 });
  expect(parse("--state-dir s resume audit-1 --allow-repeat a::tool_call --allow-repeat b::tool_call")).toMatchObject({
    name: "resume", run: "audit-1", stateDirectory: "s", allowRepeat: ["a::tool_call", "b::tool_call"], crashAt: "never",
  });
  expect(parse("list --json")).toEqual({ name: "list", stateDirectory: "reprise-demo", json: true });
  expect(parse("flow --fast")).toEqual({ name: "flow", stateDirectory: "reprise-demo", json: false, fast: true });
  expect(parse("resume x --help")).toEqual({ name: "help" });
});

test("the backend comes from the option, then from REPRISE_BACKEND; memory is not killed", () => {
  expect(parse("", { REPRISE_BACKEND: "memory" })).toMatchObject({ backend: "memory", crashAt: "never" });
  expect(parse("--backend fs", { REPRISE_BACKEND: "memory" })).toMatchObject({ backend: "fs", crashAt: "middle" });
});

describe("what is wrong is said in one line, with the nearest valid word", () => {
  test.each([
    ["--bakend fs", "unknown option --bakend: did you mean --backend?"],
    ["--xyzzy", "unknown option --xyzzy: --help shows the options"],
    ["--backend f", '--backend must be fs or memory, got "f": did you mean "fs"?'],
    ["--backend memroy", '--backend must be fs or memory, got "memroy": did you mean "memory"?'],
    ["--backend postgres", '--backend must be fs or memory, got "postgres"'],
    ["resumee x", 'unknown command "resumee": did you mean resume?'],
    ["frobnicate", 'unknown command "frobnicate": resume <id>, list and flow are known'],
    ["resume", "resume needs the id of a run; list shows them"],
    ["resume a b", 'resume does not take "b"'],
    ["list a", 'list does not take "a"'],
    ["flow --seed 1", "flow does not take --seed"],
    ["flow a", 'flow does not take "a"'],
    ["--fast", "the demo does not take --fast"],
    ["list --seed 1", "list does not take --seed"],
    ["--allow-repeat x", "the demo does not take --allow-repeat"],
    ["--seed", "--seed needs a value"],
    ["--seed= --json", "--seed needs a value"],
    ["--seed 1.5", '--seed must be a whole number from 0, got "1.5"'],
    ["--crash-at 0", '--crash-at must be a whole number from 1, got "0"'],
    ["--json=yes", '--json takes no value, got "yes"'],
    ["--crash-at 3 --no-kill", "--crash-at and --no-kill exclude each other"],
    ["--crash-at 3 --backend memory", "--crash-at needs --backend fs: a killed process takes its memory with it"],
    ["--verbose --quiet", "--verbose and --quiet exclude each other"],
    ["--no-resume --no-kill", "--no-resume needs a kill to follow"],
    ["resume a --backend memory", "resume needs --backend fs: memory keeps no runs"],
  ])("%s", (line, message) => {
    expect(() => parse(line)).toThrow(new UsageError(message));
  });

  test("REPRISE_BACKEND", () => {
    expect(() => parse("", { REPRISE_BACKEND: "sqlite" })).toThrow('REPRISE_BACKEND must be fs or memory, got "sqlite"');
  });
});
