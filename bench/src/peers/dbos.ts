import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SkippedError, type Opener } from "../contestant.ts";
import { system } from "../system.ts";
import type { CallResult } from "../work.ts";
import { oneByOne, together } from "../baselines/loops.ts";
import { loadPeer } from "./load-peer.ts";

interface Handle {
  getResult(): Promise<number>;
}
type Workflow = (calls: number) => Promise<number>;
interface DbosModule {
  readonly DBOS: {
    setConfig(config: object): void;
    registerWorkflow(workflow: Workflow, options: { readonly name: string }): Workflow;
    runStep(work: () => Promise<CallResult>, options: { readonly name: string }): Promise<CallResult>;
    startWorkflow(workflow: Workflow, options: { readonly workflowID: string }): (calls: number) => Promise<Handle>;
    retrieveWorkflow(id: string): Handle;
    launch(): Promise<void>;
    shutdown(options: { readonly deregister: boolean }): Promise<void>;
  };
}
interface Pg {
  readonly default: {
    readonly Client: new (options: { readonly connectionString: string }) => {
      connect(): Promise<void>;
      query(sql: string): Promise<{ readonly rows: readonly { readonly bytes: string }[] }>;
      end(): Promise<void>;
    };
  };
}

/** The variable that says where a Postgres is; its user may create databases. */
export const postgresVariable = "REPRISE_BENCH_POSTGRES";

/** DBOS on the Postgres that is given, in a database of its own. `off` lets commits return before they are synced. */
export async function dbos(synchronousCommit: "on" | "off"): Promise<Opener> {
  const server = system.environment(postgresVariable);
  if (server === undefined) throw new SkippedError(`no Postgres was given: ${postgresVariable} is not set`);
  const { DBOS } = await loadPeer<DbosModule>("@dbos-inc/dbos-sdk");
  const { default: pg } = await loadPeer<Pg>("pg");

  return async ({ directory, work }) => {
    const name = databaseOf(directory);
    const url = new URL(server);
    url.pathname = `/${name}`;
    url.searchParams.set("options", `-c synchronous_commit=${synchronousCommit}`);
    DBOS.setConfig({ name: "reprise-bench", systemDatabaseUrl: url.href, logLevel: "error", applicationVersion: "1" });
    const step = (index: number): Promise<CallResult> => DBOS.runStep(() => work.perform(index), { name: "step" });
    const sequence = DBOS.registerWorkflow((calls) => oneByOne(calls, step), { name: "sequence" });
    const fanOut = DBOS.registerWorkflow((calls) => together(calls, step), { name: "fanOut" });
    await DBOS.launch();
    const run = async (workflow: Workflow, id: string, calls: number): Promise<number> => (await DBOS.startWorkflow(workflow, { workflowID: id })(calls)).getResult();
    return {
      sequence: (id, calls) => run(sequence, id, calls),
      fanOut: (id, calls) => run(fanOut, id, calls),
      // `launch` has begun to recover it.
      resume: (id) => DBOS.retrieveWorkflow(id).getResult(),
      storedBytes: () => storedIn(pg, url.href),
      async close() {
        await DBOS.shutdown({ deregister: true });
        await query(pg, server, `DROP DATABASE ${name} WITH (FORCE)`);
      },
    };
  };
}

/** The database that belongs to a directory, and to copies of it: its name lies there. */
function databaseOf(directory: string): string {
  const file = join(directory, "database");
  if (!existsSync(file)) writeFileSync(file, `reprise_bench_${system.wallClock().toString(36)}_${system.processId}`);
  return readFileSync(file, "utf8");
}

/** What the tables of DBOS and their indexes take, in bytes. */
async function storedIn(pg: Pg["default"], database: string): Promise<number> {
  const [row] = await query(pg, database, "SELECT sum(pg_total_relation_size(oid)) AS bytes FROM pg_class WHERE relkind = 'r' AND relnamespace = 'dbos'::regnamespace");
  return Number(row?.bytes ?? 0);
}

async function query(pg: Pg["default"], connectionString: string, sql: string): Promise<readonly { readonly bytes: string }[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
