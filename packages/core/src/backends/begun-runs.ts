import { isRepriseError, RepriseError } from "../errors/reprise-error.ts";
import type { AcquireOptions, StateBackend, StateHead, StateWriter } from "../ports/state-backend.ts";

/**
 * The backend as the rest of core sees it: a run exists once it has a record, or while somebody is at it who is about to write the
 * first. Between `acquire` and that a process may die, and what it leaves is nobody's run: it can be created, but not loaded, read or found.
 */
export function begunRuns(backend: StateBackend): StateBackend {
  const { artifacts, verify, salvage } = backend;
  const begun = async (head: StateHead): Promise<boolean> => exists(head) || exists(await backend.head(head.stateId));

  return {
    capabilities: backend.capabilities,
    ...(artifacts && { artifacts }),
    acquire: (stateId, options) => acquireBegun(backend, stateId, options),
    async *read(stateId, options) {
      let isEmpty = (options?.from ?? 1) === 1 && (options?.to ?? 1) >= 1;
      for await (const batch of backend.read(stateId, options)) {
        isEmpty &&= batch.length === 0;
        yield batch;
      }
      if (isEmpty) throw unknown(stateId);
    },
    async head(stateId) {
      const head = await backend.head(stateId);
      return exists(head) ? head : undefined;
    },
    async list(query) {
      const page = await backend.list(query);
      // A row may be behind after a crash, so those that look empty are looked at again.
      const shown = await Promise.all(page.rows.map(begun));
      return { ...page, rows: page.rows.filter((_, index) => shown[index]) };
    },
    remove: (stateId, authority) => backend.remove(stateId, authority),
    post: (stateId, messageId, bytes) => backend.post(stateId, messageId, bytes),
    ...(verify && { verify: (stateId: string) => verify.call(backend, stateId) }),
    ...(salvage && { salvage: (stateId: string) => salvage.call(backend, stateId) }),
    close: () => backend.close(),
  };
}

function exists(head: StateHead | undefined): boolean {
  return head !== undefined && (head.lastSeq > 0 || head.lease === "live");
}

async function acquireBegun(backend: StateBackend, stateId: string, options: AcquireOptions): Promise<StateWriter> {
  if (options.create !== "must") {
    const writer = await backend.acquire(stateId, options);
    return options.create === "may" ? writer : unlessEmpty(writer);
  }
  try {
    return await backend.acquire(stateId, options);
  } catch (error) {
    if (!isRepriseError(error, "ALREADY_EXISTS") || exists(await backend.head(stateId))) throw error;
    const writer = await backend.acquire(stateId, { ...options, create: "may" });
    if (writer.lastSeq === 0) return writer;
    // Somebody was faster.
    await writer.release();
    throw error;
  }
}

async function unlessEmpty(writer: StateWriter): Promise<StateWriter> {
  if (writer.lastSeq > 0) return writer;
  await writer.release();
  throw unknown(writer.stateId);
}

function unknown(stateId: string): RepriseError {
  return new RepriseError("NOT_FOUND", `there is no run ${stateId}`, { stateId });
}
