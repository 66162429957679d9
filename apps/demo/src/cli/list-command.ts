import { fsBackend } from "@reprise/backend-fs";
import { createReprise } from "@reprise/core";
import type { ListCommand } from "./command.ts";
import type { Output } from "./output.ts";
import { programName } from "./program-name.ts";
import { openStateDirectory } from "./state-directory.ts";

const limit = 50;

/** Shows the newest runs of a state directory; gives the exit code. */
export async function listCommand(command: ListCommand, output: Output): Promise<number> {
  const state = await openStateDirectory(command.stateDirectory, { create: false });
  const reprise = createReprise({ backend: fsBackend({ dir: state.runs }) });
  try {
    const page = await reprise.list({ limit });
    const rows = page.rows.map(({ stateId, status, lease, createdAt, updatedAt }) => ({
      run: stateId,
      // A run that says it is running and that nobody holds died.
      status: status === "running" && lease !== "live" ? "dead" : status,
      createdAt: new Date(createdAt).toISOString(),
      updatedAt: new Date(updatedAt).toISOString(),
    }));
    const damaged = page.damaged.map(({ stateId, error }) => ({ run: stateId, message: error.message }));
    output.json({ stateDirectory: state.name, runs: rows, damaged, more: page.next !== undefined });
    if (rows.length === 0 && damaged.length === 0) output.line(`no runs in ${state.name} yet: ${programName()} makes one`);
    for (const row of rows) output.line(`${row.run.padEnd(14)} ${row.status.padEnd(11)} begun ${row.createdAt}  last heard of ${row.updatedAt}`);
    for (const { run, message } of damaged) output.line(`${run.padEnd(14)} ${"damaged".padEnd(11)} ${message}`);
    if (page.next !== undefined) output.line(`… the newest ${limit} of more`);
    return 0;
  } finally {
    await reprise.close();
  }
}
