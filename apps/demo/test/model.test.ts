import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readTally } from "../src/tally.ts";
import { makeProject, temporaryFolder } from "./make-fixture.ts";
import { runDemo } from "./run-demo.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  await makeProject(join(folder.path, "project"));
});
afterAll(() => folder[Symbol.asyncDispose]());

/** An OpenAI-compatible endpoint whose n-th answer (from 1) has this content. */
async function endpoint(contentOf: (request: number) => string): Promise<AsyncDisposable & { readonly env: Readonly<Record<string, string>>; readonly requests: () => number }> {
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      requests += 1;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ choices: [{ message: { content: contentOf(requests) } }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    env: { OPENAI_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, OPENAI_API_KEY: "sesame", OPENAI_MODEL: "tiny" },
    requests: () => requests,
    [Symbol.asyncDispose]: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

const verdict = JSON.stringify({ decision: "watch", reason: "said the model", action: "look at it" });

test("a model that answers nonsense now and then is asked again, and its verdicts are in the report", { timeout: 60_000 }, async () => {
  await using model = await endpoint((request) => (request % 3 === 1 ? "Certainly! Here is my verdict." : verdict));
  const state = join(folder.path, "nonsense");
  const end = await runDemo(["--json", "--no-kill", "--dir", join(folder.path, "project"), "--state-dir", state], { env: model.env });
  expect(end.exitCode, end.stderr).toBe(0);
  expect(end.json).toMatchObject({ decision: "watch" });
  expect(end.json.retries).toBeGreaterThan(0);
  expect(end.stderr).toContain("triage by tiny at 127.0.0.1");
});

test("an endpoint that is no URL is refused before anything runs, also on resume", { timeout: 60_000 }, async () => {
  const state = join(folder.path, "url");
  const env = { OPENAI_BASE_URL: "localhost:1234", OPENAI_API_KEY: "sesame" };
  const words = ["--json", "--quiet", "--state-dir", state];
  const refused = await runDemo([...words, "--dir", join(folder.path, "project")], { env });
  expect(refused).toMatchObject({ exitCode: 2, stderr: 'reprise-demo: USAGE: OPENAI_BASE_URL must be an http or https URL, got "localhost:1234"\n' });
  const { run } = (await runDemo([...words, "--dir", join(folder.path, "project"), "--crash-at", "20", "--no-resume"])).json;
  expect(await runDemo(["resume", run, ...words], { env })).toMatchObject({ exitCode: 2, stderr: refused.stderr });
  expect(await runDemo(["resume", run, ...words])).toMatchObject({ exitCode: 0 });
});

test("a model that never makes sense fails the audit; resumed with a better one, only triage runs again", { timeout: 60_000 }, async () => {
  await using hopeless = await endpoint(() => "{}");
  const state = join(folder.path, "hopeless");
  const failed = await runDemo(["--json", "--no-kill", "--dir", join(folder.path, "project"), "--state-dir", state], { env: hopeless.env });
  expect(failed).toMatchObject({ exitCode: 1, json: { status: "failed", problem: { code: "ACTOR_FAILED" } } });
  expect(failed.json.problem.message).toContain("no valid decision");
  expect(failed.stdout + failed.stderr).not.toContain("sesame");

  const { run } = failed.json;
  const tally = join(state, "tally", `${run}.log`);
  const before = readTally(tally).length;
  await using better = await endpoint(() => verdict);
  const end = await runDemo(["resume", run, "--json", "--state-dir", state], { env: better.env });
  expect(end.exitCode, end.stderr).toBe(0);
  const kinds = new Set(readTally(tally).slice(before).map(({ address }) => address.split("::").at(-2)?.replace(/\{.*$/u, "")));
  expect([...kinds].toSorted()).toEqual(["notify", "report", "triage"]);
});
