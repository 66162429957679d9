import { isRepriseError } from "@reprise/core";
import type { OnInputChange, OnVersionChange } from "@reprise/core";
import { createHash } from "node:crypto";
import type { ExecutionEvent } from "@reprise/core/spi";
import { attempt, liveOn } from "./exact.ts";
import { codeText, programPipeline, type WitnessedCall } from "./interpret.ts";
import { fingerprintsIn, givenIn } from "./journal.ts";
import { cutDisk, emptyDisk, type Disk, type Life } from "./life.ts";
import { outcomeText, pointBeforeEnd, ranAgain, ranUnrecorded } from "./observe.ts";
import type { AgentSpec, Block, MapStep, ParallelStep, Program, Step } from "./program.ts";
import { exactLatency } from "./world.ts";

/** A program, what it became, and how changes are to be treated. */
export interface EditedCase {
  readonly before: Program;
  readonly after: Program;
  /** Undefined: nothing is said. */
  readonly onInputChange: OnInputChange | undefined;
  readonly onVersionChange: OnVersionChange | undefined;
}

/** How many calls of the resumed code ended how. */
export interface EditTally {
  /** A recorded outcome of this very input. */
  reused: number;
  /** A recorded outcome of another input or version, with a notice. */
  changed: number;
  ran: number;
  refused: number;
  /** Runs. */
  lives: number;
}

export function emptyTally(): EditTally {
  return { reused: 0, changed: 0, ran: 0, refused: 0, lives: 0 };
}

// The closed list of errors that say: this code cannot go on with this journal.
const refusals: ReadonlySet<string> = new Set(["AMBIGUOUS_REPLAY", "INPUT_CHANGED", "VERSION_CHANGED", "NOT_REPEATABLE", "OUTCOME_UNKNOWN"]);

/** The disk of the uninterrupted run of the code as it was; undefined if there is nothing to resume. */
export async function recordOf({ before }: Pick<EditedCase, "before">): Promise<Disk | undefined> {
  const life = await attempt(() => liveOn({ ...optionsOf(before), disk: emptyDisk }));
  return typeof life === "string" ? undefined : life.disk;
}

/**
 * Resumes with the edited code what the code before had recorded up to a point. Rule A3's aim: every call ends in a right
 * reuse, a run of its handler, or a typed error that names its address; a value recorded for another input comes only by the
 * exception of A3 or an explicit `"reuse"`, and with a notice. Gives what does not hold, or undefined.
 */
export async function editFault(subject: EditedCase, disk: Disk, tally: EditTally): Promise<string | undefined> {
  const { before, after } = subject;
  const edited = await resumed(subject, after, disk, tally);
  if (typeof edited === "string") return `with the edited code: ${edited}`;
  if (refusalOf(edited) === undefined) return stabilityFault(subject, edited);
  tally.refused += 1;
  if (edited.disk.events.some((event) => event.status === "failed" && refusals.has(String(event.error?.code)))) return "a refusal was recorded as a failure";
  // A3: refusals do not become history, so the code as it was goes on.
  const again = await resumed(subject, before, edited.disk, tally);
  return typeof again === "string" ? `with the code as it was, after a refusal: ${again}` : undefined;
}

/**
 * R2: what the edited code made of the record is a function of the journal by then. Replayed without what ended
 * it, the edited code gives the same and runs nothing.
 */
async function stabilityFault({ before, after, onInputChange, onVersionChange }: EditedCase, edited: Life): Promise<string | undefined> {
  // R8 takes a record of the present version first: of two equal calls, one of which the old version had answered, they may change places.
  if (after.tools.some((spec, index) => spec.version !== before.tools[index]?.version)) return undefined;
  const { events } = edited.disk;
  const point = pointBeforeEnd(events);
  const engine = { ...(onInputChange && { onInputChange }), ...(onVersionChange && { onVersionChange }) };
  const replay = await attempt(() => liveOn({ ...optionsOf(after), engine, disk: cutDisk(edited.disk, point) }));
  if (typeof replay === "string") return `the edited code, resumed again: ${replay}`;
  // What was still open when the grace ended was cancelled together with it: it is open again.
  const cancelled = new Set(events.filter((event) => event.seq > point && event.status === "cancelled").map((event) => event.address));
  const ran = replay.process.handled.find((address) => !cancelled.has(address));
  if (ran !== undefined) return `the edited code, resumed again, ran ${ran}`;
  const [expected, actual] = [outcomeText(edited.outcome), outcomeText(replay.outcome)];
  return expected === actual ? undefined : `the edited code, resumed again, ended differently:\n  expected ${expected}\n  got      ${actual}`;
}

async function resumed(subject: EditedCase, program: Program, disk: Disk, tally: EditTally): Promise<Life | string> {
  const { onInputChange, onVersionChange } = subject;
  const witnessed: WitnessedCall[] = [];
  const engine = { ...(onInputChange && { onInputChange }), ...(onVersionChange && { onVersionChange }) };
  const life = await attempt(() => liveOn({ ...optionsOf(program, (call) => void witnessed.push(call)), engine, disk }));
  if (typeof life === "string") return life;
  tally.lives += 1;
  return lifeFault(subject, program, disk, life, witnessed, tally) ?? life;
}

function optionsOf(program: Program, witness: (call: WitnessedCall) => void = () => undefined) {
  return { pipeline: programPipeline(program, { latency: exactLatency(program.seed), resumesWork: true, ticks: false, witness }), graceMs: 3 };
}

function refusalOf({ outcome }: Life): Error | undefined {
  if (outcome?.status !== "failed" || !isRepriseError(outcome.error)) return undefined;
  return refusals.has(outcome.error.code) ? outcome.error : undefined;
}

function lifeFault(subject: EditedCase, program: Program, past: Disk, life: Life, witnessed: readonly WitnessedCall[], tally: EditTally): string | undefined {
  const refusal = refusalOf(life);
  if (refusal !== undefined && (refusal as { address?: string }).address === undefined) return `${refusal.message}: names no address`;
  if (life.outcome?.status === "failed" && refusal === undefined && !isRepriseError(life.outcome.error, "ACTOR_FAILED")) return `ended with ${String(life.outcome.error)}`;
  const records = new Records(past, program);
  for (const call of witnessed) {
    const fault = callFault(subject, records, life, call, tally);
    if (fault !== undefined) return fault;
  }
  return ranAgain(life) ?? ranUnrecorded(life);
}

function callFault(subject: EditedCase, records: Records, life: Life, call: WitnessedCall, tally: EditTally): string | undefined {
  const { callee, input, result } = call;
  const said = `${callee}(${input}) got ${call.value ?? (result?.ok === false ? result.error.message : "")}`;
  const wrongInput = !belongs(call, input);
  const wrongVersion = call.value !== undefined && call.version !== versionIn(call.value, callee) && versioned(callee, subject);
  tally[wrongInput || wrongVersion ? "changed" : result?.replayed === false ? "ran" : "reused"] += 1;
  const notice = result && noticesOf(life, result.address);
  if (wrongInput) {
    if (result === undefined || notice?.inputChanged !== true) return `silently: ${said}`;
    if (subject.onInputChange === "rerun" || subject.onInputChange === "fail") return `against onInputChange "${subject.onInputChange}": ${said}`;
    const excuse = records.mayPair(result.address, subject.onInputChange === "reuse");
    if (excuse !== undefined) return `although ${excuse}: ${said} (${result.address})`;
  }
  if (wrongVersion) {
    // What comes through a group is announced for the group, or for one of its branches.
    const announced = notice?.versionChanged ?? life.recovered.some((one) => one.versionChanged);
    if (!announced) return `silently of another version: ${said}`;
    if (subject.onVersionChange === "rerun" || subject.onVersionChange === "fail") return `against onVersionChange "${subject.onVersionChange}": ${said}`;
  }
  return undefined;
}

/** Outcomes name the input they belong to; those of agents and of tools that failed do in their messages. */
function belongs({ callee, value, result }: WitnessedCall, input: string): boolean {
  if (value !== undefined) return value.startsWith(`${callee}.`) && value.includes(`<${input}>`);
  const message = result?.ok === false && result.error.cause instanceof Error ? result.error.cause.message : "";
  return !message.startsWith(`${callee} failed `) || message.endsWith(`<${input}>`);
}

function versionIn(value: string, callee: string): string | undefined {
  return /^v[23]/u.exec(value.slice(callee.length + 1))?.[0];
}

/** Agents have no version here. */
function versioned(callee: string, { before, after }: EditedCase): boolean {
  return [...before.tools, ...after.tools].some(({ name }) => name === callee);
}

function noticesOf(life: Life, address: string): { readonly inputChanged: boolean; readonly versionChanged: boolean } {
  const logs = life.logs.filter((notice) => notice.address === address).map(({ code }) => code);
  const recovered = life.recovered.filter((notice) => notice.address === address);
  return {
    inputChanged: logs.includes("INPUT_CHANGED") || recovered.some((notice) => notice.inputChanged),
    versionChanged: logs.includes("VERSION_CHANGED") || recovered.some((notice) => notice.versionChanged),
  };
}

/** What had been recorded before a life, as rule A3 looks at it; written from the rule, not from the engine. */
class Records {
  readonly #calls: readonly ExecutionEvent[];
  readonly #reopened: ReadonlySet<number>;
  readonly #recordedCode: ReadonlyMap<number, string>;
  readonly #presentCode: ReadonlySet<string>;
  readonly #given: ReadonlySet<number>;

  constructor(past: Disk, program: Program) {
    this.#calls = past.events.filter((event) => event.seq === event.call);
    this.#reopened = new Set(past.events.filter((event) => event.opening !== undefined).map((event) => event.call));
    this.#given = givenIn(past.snapshot);
    this.#recordedCode = fingerprintsIn(past.snapshot);
    this.#presentCode = new Set(agentsIn(program.root).map((spec) => `${spec.name} ${fingerprint(codeText(spec))}`));
  }

  /** Why the record of this address must not be given to a call with another input; undefined if it may. */
  mayPair(address: string, explicitly: boolean): string | undefined {
    const record = this.#calls.findLast((call) => call.address === address);
    if (record === undefined) return "nothing was recorded under its address";
    const parent = this.#calls.find((call) => call.call === record.parent);
    if (record.parent !== undefined && this.#reopened.has(record.parent)) return "its scope had been opened again";
    if (isKeyed(address)) return undefined;
    const namesakes = this.#calls.filter((call) => call.parent === record.parent && call.name === record.name && call.type === record.type && !isKeyed(call.address));
    if (namesakes.length !== 1 && !this.#given.has(record.call)) return `${namesakes.length} records of its name were visible`;
    if (explicitly || parent === undefined) return undefined;
    const code = this.#recordedCode.get(parent.call);
    return code !== undefined && this.#presentCode.has(`${parent.name} ${code}`) ? undefined : "the code around it has changed";
  }
}

function isKeyed(address: string): boolean {
  const path = address.slice(0, address.lastIndexOf("::"));
  return /\[[^\]]*\](?:#\d+)?$/u.test(path.slice(path.lastIndexOf("::") + 2));
}

// As rule A3 has it: 64 bits of the sha256 of the handler's text.
function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function agentsIn(spec: AgentSpec): AgentSpec[] {
  return [spec, ...stepsIn(spec.body).flatMap((step) => (step.kind === "agent" ? agentsIn(step.agent) : []))];
}

/** All steps of a block, those of agents it calls left out. */
function stepsIn(block: Block): Step[] {
  return block.flatMap((step): Step[] => {
    switch (step.kind) {
      case "all":
      case "race":
      case "any":
        return step.arms.flatMap(stepsIn);
      case "loop":
        return stepsIn(step.body);
      case "catch":
        return [...stepsIn(step.body), ...stepsIn(step.rescue)];
      case "when":
        return [...stepsIn(step.odd), ...stepsIn(step.even)];
      case "map":
        return [...(typeof step.work === "number" ? [] : stepsIn(step.work)), ...stepsOfStream(step)];
      case "parallel":
        return [...step.tasks.flatMap(stepsIn), ...stepsOfStream(step)];
      case "spawn":
        return stepsIn([step.step]);
      default:
        return [step];
    }
  });
}

function stepsOfStream({ stream }: MapStep | ParallelStep): Step[] {
  return stream === undefined ? [] : [...stepsIn(stream.before), ...stepsIn(stream.each)];
}

/** The disks a process may have left that died while it recorded this. */
export function disksOf(whole: Disk): Disk[] {
  return whole.boundaries.slice(0, -1).map((point) => cutDisk(whole, point));
}
