import type { OpenOptions } from "@reprise/core";
import type { ExecutionEvent } from "@reprise/core/spi";
import { attempt } from "./exact.ts";
import { programPipeline } from "./interpret.ts";
import { cutDisk, emptyDisk, live, type Disk, type Life } from "./life.ts";
import { outcomeText } from "./observe.ts";
import type { Program } from "./program.ts";
import { steadyProgram } from "./steady.ts";
import type { Verdict } from "./verdict.ts";
import { exactLatency } from "./world.ts";

const incremental: OpenOptions = { mode: "incremental" };

/**
 * "Make": a pass over unchanged code runs nothing; one over code with one tool in a new version ends like a fresh run of that
 * code, runs nothing that an equal record stands for, and so does a resumed run after a crash behind any append of the pass;
 * going back to the old version runs nothing again.
 */
export async function checkIncremental(given: Program): Promise<Verdict> {
  const program = steadyProgram(given);
  const first = await attempt(() => run(program, emptyDisk, {}));
  if (typeof first === "string") return { crashPoints: 0, failure: `recorded: ${first}` };
  // A run that failed is recovered, which is another matter.
  if (first.outcome?.status !== "completed") return { crashPoints: 0, failure: undefined };
  const unchanged = await ends(program, first.disk, incremental, first);
  if (typeof unchanged === "string") return { crashPoints: 1, failure: `unchanged: ${unchanged}` };
  if (unchanged.process.handled.length > 0) return { crashPoints: 1, failure: `unchanged: ${unchanged.process.handled.join()} ran` };
  let crashPoints = 1;
  for (const tool of toolsIn(first, program)) {
    const verdict = await checkChange(program, tool, unchanged.disk, first);
    crashPoints += verdict.crashPoints;
    if (verdict.failure !== undefined) return { crashPoints, failure: `${program.tools[tool]?.name} changed: ${verdict.failure}` };
  }
  return { crashPoints, failure: undefined };
}

async function checkChange(before: Program, tool: number, disk: Disk, first: Life): Promise<Verdict> {
  const spec = before.tools[tool];
  const program = spec === undefined ? before : { ...before, tools: before.tools.with(tool, { ...spec, version: "v2" }) };
  const fresh = await attempt(() => run(program, emptyDisk, {}));
  if (typeof fresh === "string") return { crashPoints: 0, failure: `fresh: ${fresh}` };
  const pass = await ends(program, disk, incremental, fresh);
  if (typeof pass === "string") return { crashPoints: 0, failure: pass };
  const wasted = wastedIn(pass, disk, program);
  if (wasted !== undefined) return { crashPoints: 0, failure: wasted };
  const points = pass.disk.boundaries.filter((boundary) => boundary > (disk.boundaries.at(-1) ?? 0)).slice(0, -1);
  for (const point of points) {
    const cut = cutDisk(pass.disk, point);
    const rest = await ends(program, cut, point % 2 === 0 ? {} : incremental, fresh);
    if (typeof rest === "string") return { crashPoints: points.length, failure: `crash after record ${point}: ${rest}` };
    const again = ranAgain(rest, cut);
    if (again !== undefined) return { crashPoints: points.length, failure: `crash after record ${point}: ${again} had completed and ran again` };
  }
  if (fresh.outcome?.status !== "completed") return { crashPoints: points.length, failure: undefined };
  const back = await ends(before, pass.disk, incremental, first);
  if (typeof back === "string") return { crashPoints: points.length, failure: `back again: ${back}` };
  const ran = back.process.handled.join();
  return { crashPoints: points.length, failure: ran === "" ? undefined : `back again: ${ran} ran` };
}

async function ends(program: Program, disk: Disk, open: OpenOptions, like: Life): Promise<Life | string> {
  const life = await attempt(() => run(program, disk, open));
  if (typeof life === "string") return life;
  const [expected, actual] = [outcomeText(like.outcome), outcomeText(life.outcome)];
  return expected === actual ? life : `ended differently:\n  expected ${expected}\n  got      ${actual}`;
}

function run(program: Program, disk: Disk, open: OpenOptions): Promise<Life> {
  const pipeline = programPipeline(program, { latency: exactLatency(program.seed), resumesWork: false, ticks: false });
  return live({ pipeline, disk, graceMs: 0, open });
}

function toolsIn({ disk }: Life, { tools }: Program): number[] {
  const called = new Set(disk.events.map(({ name }) => name));
  return [...tools.keys()].filter((index) => called.has(tools[index]?.name ?? ""));
}

/** A leaf that ran although a record of its parent's, with its name, key, input and version, was left. */
function wastedIn({ events, recovered }: Life, disk: Disk, { tools }: Program): string | undefined {
  // What failed for good may be tried again by the agent around it.
  if (tools.some(({ failures }) => failures > 0)) return undefined;
  const keyOf = ({ address, parent, input }: ExecutionEvent): string => JSON.stringify([parent, address.replace(/(#\d+)?::tool_call$/, ""), input]);
  const keys = new Map(disk.events.filter(({ type, status, attempt }) => type === "tool_call" && status === "started" && attempt === 1).map((event) => [event.call, keyOf(event)]));
  const left = new Map<string, number>();
  for (const key of keys.values()) left.set(key, (left.get(key) ?? 0) + 1);
  for (const { call } of recovered) left.set(keys.get(call) ?? "", (left.get(keys.get(call) ?? "") ?? 0) - 1);
  const changed = new Set(tools.filter(({ version }) => version === "v2").map(({ name }) => name));
  const wasted = events.find((event) => event.type === "tool_call" && event.status === "started" && !changed.has(event.name) && (left.get(keyOf(event)) ?? 0) > 0);
  return wasted && `${wasted.address} ran although an equal record was left`;
}

function ranAgain({ events }: Life, disk: Disk): string | undefined {
  const completed = new Set(disk.events.filter(({ status }) => status === "completed").map(({ call }) => call));
  return events.find(({ type, status, call }) => type === "tool_call" && status === "started" && completed.has(call))?.address;
}
