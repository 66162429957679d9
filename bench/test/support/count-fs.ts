import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultyIo, fsBackend, fsSystem, realIo, type Io, type IoOperation } from "@reprise/backend-fs";
import type { Session } from "../../src/contestant.ts";
import { repriseSession } from "../../src/reprise/reprise-session.ts";
import { storedBytes } from "../../src/scenarios/stored-bytes.ts";
import { Work } from "../../src/work.ts";

/** What a run does to the files of its journal, and what it leaves there. */
export interface FsCounts {
  readonly appends: number;
  readonly syncs: number;
  /** Looks at the directory that nobody has taken the run over. */
  readonly looks: number;
  readonly bytes: number;
}

/** How it is stored. */
export interface FsSetting {
  readonly durability: "power" | "process";
  /** What is counted on its way to. Default: the real one. */
  readonly io?: Io;
  /** What lies between the backend and the counter: for faults. */
  readonly between?: (io: Io) => Io;
}

/** Counts what a run does to its journal. Timers never fire, so that no beat and no late sync is among it. */
export async function countFs({ durability, io = realIo(), between = (counted) => counted }: FsSetting, run: (session: Session) => Promise<unknown>): Promise<FsCounts> {
  let bytes = 0;
  const counts = { write: 0, datasync: 0, look: 0 };
  const counted = faultyIo(io, ({ operation, path }) => {
    const ofJournal = path.endsWith(".j") || operation === "look";
    if (ofJournal && operation in counts) counts[operation as keyof typeof counts] += 1;
    return undefined;
  });
  await inStore({ durability, io: between(counted) }, async (session, directory) => {
    await run(session);
    bytes = storedBytes(directory);
  });
  return { appends: counts.write, syncs: counts.datasync, looks: counts.look, bytes };
}

/** What a run of one call asks of the file system from its beginning to its end, in a store that has had a run. */
export async function countFsRun({ durability, io = realIo() }: FsSetting): Promise<Readonly<Record<"calls" | "syncs" | "renames", number>>> {
  let operations: IoOperation[] = [];
  const counted = faultyIo(io, ({ operation }) => void operations.push(operation));
  await inStore({ durability, io: counted }, async (session) => {
    await session.sequence("before", 1);
    operations = [];
    await session.sequence("run", 1);
  });
  const count = (kind: RegExp): number => operations.filter((operation) => kind.test(operation)).length;
  return { calls: operations.length, syncs: count(/sync/u), renames: count(/rename/u) };
}

async function inStore({ durability, io }: { readonly durability: "power" | "process"; readonly io: Io }, work: (session: Session, directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "reprise-count-"));
  const system = { ...fsSystem(), setTimer: () => () => undefined };
  const session = repriseSession({ backend: fsBackend({ dir: directory, durability, io, system }), durability }, new Work({ now: () => 1_795_309_200_000 }));
  try {
    await work(session, directory);
  } finally {
    await session.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** What each call adds: the difference between a run of `calls` and one of twice as many, per call. */
export async function countFsPerCall(setting: FsSetting, calls: number): Promise<FsCounts> {
  const once = await countFs(setting, (session) => session.sequence("run", calls));
  const twice = await countFs(setting, (session) => session.sequence("run", calls * 2));
  const perCall = (count: keyof FsCounts): number => (twice[count] - once[count]) / calls;
  return { appends: perCall("appends"), syncs: perCall("syncs"), looks: perCall("looks"), bytes: perCall("bytes") };
}
