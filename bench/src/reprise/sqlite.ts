import { join } from "node:path";
import { sqliteBackend } from "@reprise/backend-sqlite";
import type { Opener } from "../contestant.ts";
import { repriseSession } from "./reprise-session.ts";

/** A store in one SQLite file. */
export function repriseSqlite(durability: "power" | "process"): Opener {
  return async ({ directory, work }) => repriseSession({ backend: sqliteBackend({ file: join(directory, "store.db"), durability }), durability }, work);
}
