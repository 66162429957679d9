import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runDemo } from "./run-demo.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reprise-demo-flow-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("F5: a job goes from one process to another: handed off, after a kill, and with attempt 4 succeeding", { timeout: 120_000 }, async () => {
  const { exitCode, json, stderr } = await runDemo(["flow", "--fast", "--json", "--state-dir", join(folder, "state")]);
  const { results } = json as unknown as { readonly results: readonly { readonly scenario: string; readonly checks: readonly { readonly what: string; readonly ok: boolean }[] }[] };
  expect(results.map(({ scenario }) => scenario)).toEqual(["handed-off", "killed", "counter-case"]);
  expect(results.flatMap(({ scenario, checks }) => checks.filter(({ ok }) => !ok).map((check) => ({ scenario, ...check })))).toEqual([]);
  expect(results.every(({ checks }) => checks.length === 11)).toBe(true);
  expect(stderr).toContain("got SIGKILL");
  expect(exitCode).toBe(0);
});
