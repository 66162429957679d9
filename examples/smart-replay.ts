/**
 * What a recorded run gives back: completed steps are not run again, a run goes on from any address with another input,
 * its steps are checked against their record, and subscribers hear only what is new.
 *
 *     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source examples/smart-replay.ts
 *
 * Each part is shown twice: the process that made the record closed it in good order, or was killed.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fsBackend } from "@reprise/backend-fs";
import { createReprise, ReplayMode, tool } from "@reprise/core";

const [, , role = "reader", dir = await mkdtemp(join(tmpdir(), "reprise-replay-"))] = process.argv;
const reprise = createReprise({ backend: fsBackend({ dir }) });

let handlerRuns = 0;
const step = (name: string, compute: (value: number) => number) =>
  tool({
    name,
    run: (value: number) => {
      handlerRuns += 1;
      return compute(value);
    },
  });
const addOne = step("add_one", (value) => value + 1);
const multiplyByTwo = step("multiply_by_two", (value) => value * 2);
const addTen = step("add_ten", (value) => value + 10);

if (role === "reader") {
  for (const ending of ["closed", "killed"]) {
    const { signal } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ending, dir], { stdio: "inherit" });
    console.log(`\nThe process that recorded was ${signal === "SIGKILL" ? "killed" : "closed"}.`);
    await basicReplay(ending);
    await resumeFromAddress(ending);
    await validation(ending);
    await selectivePublishing(ending);
  }
  await rm(dir, { recursive: true });
} else {
  await record(role);
}

/** The first process: three steps by hand. */
async function record(ending: string): Promise<void> {
  const state = await reprise.create({ stateId: ending });
  const one = await state.run(addOne, 10);
  const two = await state.run(multiplyByTwo, one);
  await state.run(addTen, two);
  if (ending === "killed") process.kill(process.pid, "SIGKILL");
  await reprise.close();
}

async function basicReplay(stateId: string): Promise<void> {
  handlerRuns = 0;
  await using state = await reprise.load(stateId);
  const one = await state.try(addOne, 10);
  const two = await state.run(multiplyByTwo, 11);
  console.log(`Replay: ${one.ok && one.value}, ${two}; the first was ${one.replayed ? "taken from the record" : "run"}; ${handlerRuns} handlers ran`);
}

async function resumeFromAddress(stateId: string): Promise<void> {
  const fork = (await reprise.fork(stateId)).stateId;
  await using state = await reprise.load(fork, { resumeFrom: "multiply_by_two::tool_call" });
  const one = await state.try(addOne, 10);
  const two = await state.try(multiplyByTwo, 100);
  const three = await state.try(addTen, 200);
  console.log("Resumed from multiply_by_two, in a fork that leaves the run as it is:");
  for (const result of [one, two, three]) console.log(`  ${result.address}: ${result.ok && result.value}${result.replayed ? ", from the record" : ", run again"}`);
  console.log(`  resumeFrom is ${state.resumeFrom} once reached`);
}

async function validation(stateId: string): Promise<void> {
  await using state = await reprise.load(stateId, { mode: ReplayMode.VALIDATION });
  await state.run(addOne, 10);
  await state.run(multiplyByTwo, 11);
  await state.run(addTen, 22);
  console.log(`Validation: ${state.validation?.exitCode === 0 ? "every step still gives what was recorded" : state.validation?.toText()}`);
}

async function selectivePublishing(stateId: string): Promise<void> {
  await using state = await reprise.load(stateId);
  const published: string[] = [];
  state.on("event", ({ name, status }) => void published.push(`${name} ${status}`));
  await state.run(addOne, 10);
  await state.run(multiplyByTwo, 11);
  await state.run(addTen, 22);
  await state.run(addTen, 32);
  await state.close();
  console.log(`Published: ${published.join(", ")}`);
}

/* Prints:

The process that recorded was closed.
Replay: 11, 22; the first was taken from the record; 0 handlers ran
Resumed from multiply_by_two, in a fork that leaves the run as it is:
  add_one::tool_call: 11, from the record
  multiply_by_two::tool_call: 200, run again
  add_ten::tool_call: 210, run again
  resumeFrom is null once reached
Validation: every step still gives what was recorded
Published: add_ten started, add_ten completed

The process that recorded was killed.
Replay: 11, 22; the first was taken from the record; 0 handlers ran
Resumed from multiply_by_two, in a fork that leaves the run as it is:
  add_one::tool_call: 11, from the record
  multiply_by_two::tool_call: 200, run again
  add_ten::tool_call: 210, run again
  resumeFrom is null once reached
Validation: every step still gives what was recorded
Published: add_ten started, add_ten completed
*/
