import type { Contestant, Opener, Survival } from "./contestant.ts";

const baseline = (name: string, survives: Survival, how: string, load: () => Promise<Opener>): Contestant => ({ name, kind: "baseline", survives, how, load });
const peer = (name: string, survives: Survival, how: string, load: () => Promise<Opener>): Contestant => ({ name, kind: "peer", survives, how, load });
const reprise = (name: string, survives: Survival, how: string, load: () => Promise<Opener>): Contestant => ({ name, kind: "reprise", survives, how, load });

const rawFile = async () => (await import("./baselines/file-journal.ts")).fileJournal;
const sqliteJournal = async () => (await import("./baselines/sqlite-journal.ts")).sqliteJournal;
const nodeSqlite = async () => (await import("./baselines/node-sqlite.ts")).openNodeSqlite;
const betterSqlite = async () => (await import("./peers/better-sqlite.ts")).loadBetterSqlite();
const functional = async () => (await import("./peers/lang-graph-functional.ts")).langGraphFunctional;
const graph = async () => (await import("./peers/lang-graph-graph.ts")).langGraphGraph;
const fs = async () => (await import("./reprise/fs.ts")).repriseFs;
const sqlite = async () => (await import("./reprise/sqlite.ts")).repriseSqlite;
const dbos = async () => (await import("./peers/dbos.ts")).dbos;

/**
 * Everybody who is measured, in the order of the tables. Nothing is imported before it is asked for: each process holds what it measures and
 * nothing else.
 */
export const contestants: readonly Contestant[] = [
  baseline("direct await", "nothing", "the calls and nothing else", async () => (await import("./baselines/direct-await.ts")).directAwait),
  baseline("JSON in an array", "nothing", "each result as JSON in an array", async () => (await import("./baselines/array-journal.ts")).arrayJournal),
  baseline("p-retry", "nothing", "each call wrapped for retries, nothing recorded", async () => (await import("./peers/p-retry.ts")).pRetry()),
  reprise("Reprise, memory", "nothing", "memoryBackend, as it comes", async () => (await import("./reprise/memory.ts")).repriseMemory),
  peer("Effect workflow, memory", "nothing", "layerMemory, the engine for tests and development", async () => (await import("./peers/effect-workflow.ts")).effectWorkflow()),
  peer("Resonate, local", "nothing", "the local network, promises in memory; generators", async () => (await import("./peers/resonate.ts")).resonate()),
  peer("LangGraph functional, memory", "nothing", "MemorySaver", async () => (await functional())("memory")),
  peer("LangGraph graph, memory", "nothing", 'MemorySaver, durability "sync", state of the latest result', async () => (await graph())("memory")),

  baseline("file, write", "process", "one line of JSON per result, no sync", async () => (await rawFile())({ sync: false })),
  baseline("better-sqlite3 NORMAL", "process", "one row per result, WAL", async () => (await sqliteJournal())(await betterSqlite(), "NORMAL")),
  baseline("node:sqlite NORMAL", "process", "one row per result, WAL", async () => (await sqliteJournal())(await nodeSqlite(), "NORMAL")),
  reprise("Reprise, fs process", "process", 'durability "process", the rest as it comes', async () => (await fs())("process", "auto")),
  reprise("Reprise, sqlite process", "process", 'durability "process"', async () => (await sqlite())("process")),
  peer("LangGraph functional, sqlite NORMAL", "process", "SqliteSaver as it comes: WAL, synchronous NORMAL", async () => (await functional())("NORMAL")),
  peer("LangGraph graph, sqlite NORMAL", "process", 'the same, durability "sync", state of the latest result', async () => (await graph())("NORMAL")),
  peer("DBOS, synchronous_commit off", "process", "Postgres on this machine, commits not awaited by it", async () => (await dbos())("off")),

  baseline("file, write + fdatasync", "power", "one line of JSON per result, appended", async () => (await rawFile())({ sync: true })),
  baseline("file, preallocated + fdatasync", "power", "the same over zeros that are there already", async () => (await rawFile())({ sync: true, preallocatedBytes: 4 * 2 ** 20 })),
  baseline("better-sqlite3 FULL", "power", "one row per result, WAL", async () => (await sqliteJournal())(await betterSqlite(), "FULL")),
  baseline("node:sqlite FULL", "power", "one row per result, WAL", async () => (await sqliteJournal())(await nodeSqlite(), "FULL")),
  reprise("Reprise, fs power", "power", 'as it comes: durability "power", sync "auto"', async () => (await fs())("power", "auto")),
  reprise("Reprise, fs power, blocking", "power", 'durability "power", sync "blocking"', async () => (await fs())("power", "blocking")),
  reprise("Reprise, fs power, pool", "power", 'durability "power", sync "pool"', async () => (await fs())("power", "pool")),
  reprise("Reprise, sqlite power", "power", 'durability "power" (the default)', async () => (await sqlite())("power")),
  peer("LangGraph functional, sqlite FULL", "power", "SqliteSaver with synchronous FULL set by hand", async () => (await functional())("FULL")),
  peer("LangGraph graph, sqlite FULL", "power", 'the same, durability "sync", state of the latest result', async () => (await graph())("FULL")),
  peer("DBOS, synchronous_commit on", "power", "Postgres on this machine", async () => (await dbos())("on")),
];

/** The contestant of this name. */
export function contestantNamed(name: string): Contestant {
  const found = contestants.find((contestant) => contestant.name === name);
  if (found === undefined) throw new Error(`there is no contestant ${JSON.stringify(name)}`);
  return found;
}
