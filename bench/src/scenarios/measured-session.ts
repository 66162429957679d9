import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Opener, Session } from "../contestant.ts";
import type { Measurement } from "../scenario.ts";
import { system } from "../system.ts";
import { Work, type WorkOptions } from "../work.ts";

/** An open session, the work it does, and what lies in its directory. */
export interface MeasuredSession {
  readonly session: Session;
  readonly work: Work;
  readonly directory: string;
}

/** Opens a session in a directory of this name. */
export async function openSession(open: Opener, { directory: parent }: Measurement, name: string, options: Omit<WorkOptions, "now"> = {}): Promise<MeasuredSession> {
  const directory = join(parent, name);
  mkdirSync(directory, { recursive: true });
  const work = new Work({ ...options, now: system.wallClock });
  return { session: await open({ directory, work }), work, directory };
}

const warmUpMs = 2_000;

/** What is done to warm up. */
export interface WarmUp {
  /** Default: sequences. */
  readonly run?: (session: Session, id: string, calls: number) => Promise<number>;
  /** How many calls suffice. Default: 30,000; an engine goes on compiling for so long. */
  readonly calls?: number;
  readonly textLength?: number;
}

/** Lets the engine compile what it will run: so many calls, or as many as fit into the time, in a place of its own. */
export async function warmUp(open: Opener, measurement: Measurement, { run = inSequence, calls = 30_000, ...options }: WarmUp = {}): Promise<void> {
  const { session, work } = await openSession(open, measurement, "warm-up", options);
  const end = system.now() + warmUpMs;
  for (let round = 0; work.calls < calls && system.now() < end; round += 1) await run(session, `warm-up-${round}`, Math.min(250, calls));
  await session.close();
}

function inSequence(session: Session, id: string, calls: number): Promise<number> {
  return session.sequence(id, calls);
}
