import { join } from "node:path";
import { fsBackend, type FsBackendOptions } from "@reprise/backend-fs";
import type { Opener } from "../contestant.ts";
import { repriseSession } from "./reprise-session.ts";

/** A store in a directory. */
export function repriseFs(durability: "power" | "process", sync: NonNullable<FsBackendOptions["sync"]>): Opener {
  return async ({ directory, work }) => repriseSession({ backend: fsBackend({ dir: join(directory, "store"), durability, sync }), durability }, work);
}
