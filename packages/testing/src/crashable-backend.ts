import type { AcquireOptions, StateBackend, StateHead, StateWriter } from "@reprise/core/spi";
import { cuttableWriter, type CuttableWriter } from "./cuttable-writer.ts";

/** A backend whose users can be killed. */
export interface CrashableBackend extends StateBackend {
  /**
   * Kills whoever writes to this run or is about to, or, without `stateId`, to any run: as by `kill -9`, nothing of theirs reaches the
   * backend any more and nothing of it reaches them. Appends that were handed over before may still be committed, their
   * acknowledgements are lost. Promises of the dead never settle. Gives the ids of the runs that were hit.
   */
  crash(stateId?: string): string[];
}

// What kills each writer in use, of every crashable backend, so that `crash(state)` finds it by the run's id.
const inUse = new Map<CuttableWriter, () => void>();

/** Somebody is about to acquire a run. */
interface Claim {
  readonly stateId: string;
  alive: boolean;
  settled: Promise<void>;
}

/**
 * Wraps a backend so that the process that uses it can "die" in a test.
 *
 * The lease of the dead is left behind: `head` and `list` show it as `stale` until somebody acquires the run again through
 * this backend, which succeeds at once, like the takeover of a lease whose holder is known to be gone. Load the run
 * with a *new* Reprise on the same backend: the old one belongs to the dead process.
 *
 * @example
 * ```ts
 * import { memoryBackend } from "@reprise/backend-memory";
 * import { createReprise, tool } from "@reprise/core";
 * import { crashableBackend } from "@reprise/testing";
 *
 * const disk = crashableBackend(memoryBackend());
 * const begun = new Promise<void>((resolve) => {
 *   const publish = tool({ name: "publish", run: () => new Promise<string>(() => resolve()) });
 *   void createReprise({ backend: disk }).execute(publish, undefined, { stateId: "run-1" });
 * });
 * await begun;
 * disk.crash();
 * const publish = tool({ name: "publish", run: () => "published" });
 * const outcome = await createReprise({ backend: disk }).resume(publish, "run-1");
 * console.log(outcome.status === "completed" && outcome.value); // published
 * ```
 */
export function crashableBackend(backend: StateBackend): CrashableBackend {
  const writers = new Set<CuttableWriter>();
  const dead = new Map<string, CuttableWriter>();
  const claims = new Set<Claim>();

  function forget(writer: CuttableWriter): void {
    writers.delete(writer);
    inUse.delete(writer);
  }
  async function acquire(stateId: string, options: AcquireOptions): Promise<StateWriter> {
    // Who died while it took the run may have it yet.
    for (const claim of claims) if (claim.stateId === stateId && !claim.alive) await claim.settled;
    const predecessor = dead.get(stateId);
    if (predecessor) {
      dead.delete(stateId);
      await predecessor.bury();
    }
    const acquired = backend.acquire(stateId, options).then((inner) => {
      const writer = cuttableWriter(inner, () => forget(writer));
      return writer;
    });
    const claim = { stateId, alive: true, settled: Promise.resolve() };
    claim.settled = settle(claim, acquired);
    claims.add(claim);
    await claim.settled;
    return claim.alive ? acquired : new Promise(() => undefined);
  }
  /** Never rejects: whoever acquires is told by the promise itself. */
  async function settle(claim: Claim, acquired: Promise<CuttableWriter>): Promise<void> {
    const [{ value: writer }] = (await Promise.allSettled([acquired])) as [{ readonly value?: CuttableWriter }];
    claims.delete(claim);
    if (writer === undefined) return;
    if (claim.alive) {
      writers.add(writer);
      inUse.set(writer, () => void crash(claim.stateId));
    } else {
      writer.cut();
      dead.set(claim.stateId, writer);
    }
  }
  function crash(stateId?: string): string[] {
    const victims = [...writers].filter((writer) => stateId === undefined || writer.stateId === stateId);
    for (const victim of victims) {
      victim.cut();
      forget(victim);
      dead.set(victim.stateId, victim);
    }
    const claimants = [...claims].filter((claim) => claim.alive && (stateId === undefined || claim.stateId === stateId));
    for (const claim of claimants) claim.alive = false;
    return [...victims, ...claimants].map((victim) => victim.stateId);
  }
  const shown = <Head extends StateHead | undefined>(head: Head): Head =>
    head && dead.has(head.stateId) ? { ...head, lease: "stale" } : head;

  const { verify, salvage } = backend;
  return {
    capabilities: backend.capabilities,
    ...(verify && { verify: (stateId: string) => verify.call(backend, stateId) }),
    ...(salvage && { salvage: (stateId: string) => salvage.call(backend, stateId) }),
    // What the dead still put is named by nobody: their appends no longer arrive.
    ...(backend.artifacts && { artifacts: backend.artifacts }),
    acquire,
    crash,
    read: (stateId, options) => backend.read(stateId, options),
    head: async (stateId) => shown(await backend.head(stateId)),
    async list(query) {
      const page = await backend.list(query);
      return { ...page, rows: page.rows.map(shown) };
    },
    post: (stateId, messageId, bytes) => backend.post(stateId, messageId, bytes),
    async remove(stateId, authority) {
      // Before anybody can die over it.
      const own = "writer" in authority ? [...writers].find((candidate) => candidate === authority.writer) : undefined;
      const predecessor = dead.get(stateId);
      dead.delete(stateId);
      await predecessor?.bury();
      await backend.remove(stateId, own ? { writer: own.inner } : authority);
    },
    async close() {
      for (const writer of dead.values()) await writer.bury();
      dead.clear();
      await backend.close();
      for (const writer of writers) forget(writer);
    },
  };
}

/** What kills those who write to a run, one function per backend it is open on. */
export function killersOf(stateId: string): (() => void)[] {
  return [...inUse].filter(([writer]) => writer.stateId === stateId).map(([, kill]) => kill);
}
