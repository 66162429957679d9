import { cp, rm } from "node:fs/promises";
import { fsBackend } from "@reprise/backend-fs";
import { repriseSession } from "../../src/reprise/reprise-session.ts";
import { Work } from "../../src/work.ts";
import { withoutSyncs } from "./other-io.ts";

/** A run on disk that was stopped in the call after some. */
export interface InterruptedRun {
  /** Resumes a copy of it up to its end, which is one call away. */
  resumeCopy(): Promise<unknown>;
}

/** Makes one of so many completed calls in a directory that does not exist yet. */
export async function interruptedRun(directory: string, calls: number): Promise<InterruptedRun> {
  const now = (): number => 1_795_309_200_000;
  const open = (dir: string, work: Work) => repriseSession({ backend: fsBackend({ dir, durability: "process", io: withoutSyncs() }), durability: "process", graceMs: 0 }, work);
  await new Promise<void>((resolve, reject) => {
    const session = open(directory, new Work({ now, hangAt: calls, onHang: () => void session.close().then(resolve, reject) }));
    session.sequence("run", calls + 1).catch(() => "the run was closed under it");
  });
  let copies = 0;
  return {
    async resumeCopy() {
      const copy = `${directory}-${(copies += 1)}`;
      await cp(directory, copy, { recursive: true });
      const work = new Work({ now });
      const resumed = open(copy, work);
      await resumed.resume?.("run", calls + 1);
      await resumed.close();
      await rm(copy, { recursive: true });
      if (work.calls !== 1) throw new Error(`${work.calls} handlers were called again instead of 1`);
    },
  };
}
