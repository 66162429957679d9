import { FencedError, RepriseError, type StateWriter } from "@reprise/core/spi";
import type { Database } from "./database.ts";
import { numberOfRun, rememberId, runNumbered } from "./run-row.ts";
import type { SqliteContext } from "./sqlite-context.ts";

/** `StateBackend.remove` on a SQLite file: everything of the run but its id and epoch, in one transaction. */
export async function removeRun(context: SqliteContext, stateId: string, authority: { readonly writer: StateWriter } | { readonly force: true }): Promise<void> {
  const writer = "writer" in authority ? authority.writer : undefined;
  if (writer !== undefined) await checkAuthority(context, stateId, writer);
  await context.store.write({
    action: `remove run ${stateId}`,
    stateId,
    work(database) {
      const run = database && numberOfRun(database, stateId);
      if (database === undefined || run === undefined) throw new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
      if (writer !== undefined && runNumbered(database, run)?.epoch !== writer.epoch) {
        throw new FencedError(stateId, `epoch ${writer.epoch} was taken over`, { indeterminate: false });
      }
      rememberId(database, stateId, null, lastEpochOf(database, stateId, run));
      database.run("DELETE FROM records WHERE place >= (?1 << 32) AND place < ((?1 + 1) << 32)", run);
      for (const table of ["messages", "tags", "leases", "runs"]) database.run(`DELETE FROM ${table} WHERE run = ?`, run);
    },
  });
  await writer?.release();
}

// By force also what is damaged can be removed, so nothing here asks for checksums.
function lastEpochOf(database: Database, stateId: string, run: number): number {
  const sql = "SELECT max(epoch) AS epoch FROM (SELECT epoch FROM runs WHERE run = ?1 UNION SELECT epoch FROM ids WHERE state_id = ?2 UNION SELECT epoch FROM records WHERE place >= (?1 << 32) AND place < ((?1 + 1) << 32))";
  return (database.get(sql, run, stateId)?.["epoch"] ?? 0) as number;
}

async function checkAuthority({ writers }: SqliteContext, stateId: string, writer: StateWriter): Promise<void> {
  const isOurs = [...writers].some((open) => open === writer);
  if (writer.stateId !== stateId || !isOurs) {
    const message = `remove: writer must be one that this backend opened for run ${stateId}, got one for ${writer.stateId}`;
    throw new RepriseError("INVALID_OPTION", message, { stateId, path: "writer" });
  }
  // Throws if it holds nothing any more.
  await writer.renew();
}
