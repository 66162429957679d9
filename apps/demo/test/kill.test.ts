import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fsBackend } from "@reprise/backend-fs";
import { createReprise } from "@reprise/core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Output } from "../src/cli/output.ts";
import { playAudit, type PlayEnd } from "../src/cli/play-audit.ts";
import { openStateDirectory } from "../src/cli/state-directory.ts";
import type { KillPoint } from "../src/kill-point.ts";
import { seededFraction } from "../src/seeded.ts";
import { readTally } from "../src/tally.ts";
import { makeProject, temporaryFolder } from "./make-fixture.ts";
import { demoEnvironment, nodeSettings, runDemo, runLine, type DemoEnd } from "./run-demo.ts";

// How many kills: REPRISE_KILLS=500 for a long run. Where they hit and what the service does: REPRISE_KILL_SEED.
const kills = Number(process.env["REPRISE_KILLS"] ?? 25);
const seed = Number(process.env["REPRISE_KILL_SEED"] ?? 1);
const atOnce = 2;
const notifyAddress = "audit::notify::tool_call";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let project: string;
let expected: Report;
let writes: number;

beforeAll(async () => {
  for (const [name, value] of Object.entries(nodeSettings)) vi.stubEnv(name, value);
  folder = await temporaryFolder();
  project = join(folder.path, "project");
  await makeProject(project);
  const end = await runDemo(["--json", "--quiet", "--no-kill", "--dir", project, "--state-dir", stateOf("reference")]);
  expect(end).toMatchObject({ exitCode: 0 });
  expected = await reportOf("reference", end.json.run);
  writes = end.json.journalWrites;
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await folder[Symbol.asyncDispose]();
});

function stateOf(name: string): string {
  return join(folder.path, "states", name);
}

interface Report {
  readonly markdown: string;
  readonly json: string;
}

/** The report without what is declared to differ: the time and the id of the run. */
async function reportOf(name: string, run: string): Promise<Report> {
  const read = async (file: string): Promise<string> => readFile(join(stateOf(name), "reports", run, file), "utf8");
  return {
    markdown: (await read("report.md")).replace(/^- Generated: .*$/mu, "").replaceAll(run, "RUN"),
    json: (await read("report.json")).replace(/^ {2}"generatedAt": .*$/mu, "").replaceAll(run, "RUN"),
  };
}

/** What has to hold at the end, whatever happened before: checked from the files, not from what the demo says. */
async function expectNothingLost(name: string, run: string): Promise<void> {
  expect(await reportOf(name, run)).toEqual(expected);
  const log = await readFile(join(stateOf(name), "audits.log"), "utf8");
  expect(log.split("\n").filter((line) => line.includes(run))).toHaveLength(1);

  const reprise = createReprise({ backend: fsBackend({ dir: join(stateOf(name), "runs") }) });
  const state = await reprise.load(run);
  const events = state.history.events().filter(({ type }) => type === "tool_call" || type === "llm_call");
  await reprise.close();
  const startsOf = new Map<string, number>();
  const completed = new Set<string>();
  for (const { address, status } of events) {
    if (status === "started") {
      expect(completed.has(address), `${address} started after it had completed`).toBe(false);
      startsOf.set(address, (startsOf.get(address) ?? 0) + 1);
    }
    if (status === "completed") completed.add(address);
  }
  // Reprise's own books against those kept outside: no handler ran without a started record.
  const runsOf = new Map<string, number>();
  for (const { address } of readTally(join(stateOf(name), "tally", `${run}.log`))) runsOf.set(address, (runsOf.get(address) ?? 0) + 1);
  for (const [address, count] of runsOf) expect(count, `${address} ran more often than it was started`).toBeLessThanOrEqual(startsOf.get(address) ?? 0);
  expect([...completed].toSorted()).toEqual([...runsOf.keys()].toSorted());
}

/** A kill inside `notify` makes the run ask; the command line it prints is all that is needed. */
async function answerIfAsked(end: DemoEnd): Promise<DemoEnd> {
  if (end.exitCode !== 3) return end;
  expect(end.json).toMatchObject({ status: "undecided", problem: { code: "OUTCOME_UNKNOWN" } });
  expect(end.stderr).toContain(end.json.continueWith);
  return runLine(`${end.json.continueWith} --json`);
}

/** Runs the audit in real processes, as the demo does, without a process for the demo itself. */
function play(name: string, killAt: KillPoint): Promise<PlayEnd> {
  const state = openStateDirectory(stateOf(name), { create: true });
  const silence: Output = { people: "stderr", line: () => undefined, heading: () => undefined, problem: () => undefined, json: () => undefined };
  return state.then((opened) => playAudit({ state: opened, run: "audit-1", request: { directory: project, seed: 1 }, view: "nothing", killAt, stayDead: false, allowRepeat: [], before: undefined }, silence));
}

test(`killed at ${kills} writes (seed ${seed}), the audit always ends with the same report, and nothing that was acknowledged runs again`, { timeout: 60_000 + kills * 10_000 }, async () => {
  // One point in each of `kills` equal parts of the run.
  const points = Array.from({ length: kills }, (_, index) => ({ name: `kill-${index}`, write: 1 + Math.floor(((index + seededFraction(seed, "write", String(index))) / kills) * writes) }));
  const left = [...points];
  let killed = 0;
  const playNext = async (): Promise<void> => {
    for (let point = left.shift(); point !== undefined; point = left.shift()) {
      const { name, write } = point;
      const end = await play(name, { write });
      expect(end.ranAgain, `killed at write ${write}`).toEqual([]);
      if (end.kill !== undefined) {
        expect(end.kill.journalWrite).toBe(write);
        killed += 1;
      }
      if (end.outcome.status === "failed") {
        // The one place where nobody can know.
        expect(end.outcome.problem, `killed at write ${write}`).toMatchObject({ code: "OUTCOME_UNKNOWN", address: notifyAddress });
        const answered = await runDemo(["resume", "audit-1", "--json", "--quiet", "--allow-repeat", notifyAddress, "--state-dir", stateOf(name)]);
        expect(answered.exitCode, answered.stderr).toBe(0);
      }
      await expectNothingLost(name, "audit-1");
    }
  };
  // All of them are awaited, so that none goes on in a folder that is being removed.
  for (const settled of await Promise.allSettled(Array.from({ length: atOnce }, playNext))) {
    if (settled.status === "rejected") throw settled.reason;
  }
  // How many writes there are depends a little on the timing of retries: the last points may lie behind the end.
  expect(killed).toBeGreaterThanOrEqual(Math.floor(kills * 0.8));
});

test("killed between the start of notify and its outcome, the run asks; allowed to repeat, it ends with one line in the log", { timeout: 60_000 }, async () => {
  const name = "notify";
  const { outcome } = await play(name, { begun: notifyAddress });
  expect(outcome).toMatchObject({ status: "failed", problem: { code: "OUTCOME_UNKNOWN", address: notifyAddress } });
  const asked = await runDemo(["resume", "audit-1", "--json", "--quiet", "--state-dir", stateOf(name)]);
  expect(asked.exitCode).toBe(3);
  const end = await answerIfAsked(asked);
  expect(end.exitCode, end.stderr).toBe(0);
  await expectNothingLost(name, "audit-1");
});

test("killed from outside at any moment, supervisor and all, the run can be resumed by hand", { timeout: 120_000 }, async () => {
  for (let index = 0; index < 5; index += 1) {
    const name = `outside-${index}`;
    const child = spawn(process.execPath, [fileURLToPath(new URL("../src/main.ts", import.meta.url)), "--no-kill", "--dir", project, "--state-dir", stateOf(name)], {
      env: demoEnvironment(),
      stdio: "ignore",
      detached: true,
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    await new Promise((resolve) => setTimeout(resolve, 600 + 700 * seededFraction(seed, "outside", String(index))));
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await ended;
    const list = await runDemo(["list", "--json", "--state-dir", stateOf(name)]);
    const runs = (list.exitCode === 0 ? (list.json["runs"] as readonly { readonly run: string }[]) : []).map(({ run }) => run);
    // Killed before there was anything to resume: nothing to lose either.
    if (runs[0] === undefined) continue;
    const resumed = await runDemo(["resume", runs[0], "--json", "--quiet", "--state-dir", stateOf(name)]);
    if (resumed.exitCode === 4) {
      expect(resumed.json.problem).toMatchObject({ code: "NOT_FOUND" });
      continue;
    }
    const end = await answerIfAsked(resumed);
    expect(end.exitCode, end.stderr).toBe(0);
    await expectNothingLost(name, runs[0]);
  }
});

test("a run that is killed again and again comes to its end", { timeout: 60_000 }, async () => {
  const first = await runDemo(["--json", "--quiet", "--no-resume", "--crash-at", "12", "--dir", project, "--state-dir", stateOf("again")]);
  expect(first).toMatchObject({ exitCode: 0, json: { status: "killed" } });
  const { run } = first.json;
  let end: DemoEnd = first;
  // Of some 70 writes, fewer where calls share more of them, as they do on a busy machine.
  for (let round = 0; round < 2; round += 1) {
    // Each process gets a little further: a call that is lost three times in a row would fail (rule R3).
    end = await runDemo(["resume", run, "--json", "--quiet", "--no-resume", "--crash-at", "20", "--state-dir", stateOf("again")]);
    expect(end).toMatchObject({ exitCode: 0, json: { status: "killed", handlers: { ranAgain: 0 } } });
  }
  end = await answerIfAsked(await runDemo(["resume", run, "--json", "--quiet", "--state-dir", stateOf("again")]));
  expect(end).toMatchObject({ exitCode: 0, json: { handlers: { ranAgain: 0 } } });
  await expectNothingLost("again", run);
  const once = await runDemo(["resume", run, "--json", "--quiet", "--state-dir", stateOf("again")]);
  expect(once).toMatchObject({ exitCode: 0, json: { handlers: { ranAgain: 0, completedNow: 0 } } });
  await expectNothingLost("again", run);
});
