import { join } from "node:path";
import { loadBetterSqlite } from "./better-sqlite.ts";
import { loadPeer } from "./load-peer.ts";

/** A checkpointer, and how it is let go. */
export interface Saver {
  readonly checkpointer: unknown;
  close(): void;
}

/** Where LangGraph keeps checkpoints. `NORMAL` is what its SqliteSaver comes with; `FULL` is the same file with the pragma set by hand. */
export type SaverKind = "memory" | "NORMAL" | "FULL";

/** Makes savers of one kind. */
export async function loadSaver(kind: SaverKind): Promise<(directory: string) => Saver> {
  if (kind === "memory") {
    const { MemorySaver } = await loadPeer<{ readonly MemorySaver: new () => unknown }>("@langchain/langgraph");
    return () => ({ checkpointer: new MemorySaver(), close: () => undefined });
  }
  const { SqliteSaver } = await loadPeer<{ readonly SqliteSaver: new (database: unknown) => unknown }>("@langchain/langgraph-checkpoint-sqlite");
  const open = await loadBetterSqlite();
  return (directory) => {
    const database = open(join(directory, "checkpoints.db"));
    database.pragma("journal_mode = WAL");
    database.pragma(`synchronous = ${kind}`);
    return { checkpointer: new SqliteSaver(database), close: () => database.close() };
  };
}
