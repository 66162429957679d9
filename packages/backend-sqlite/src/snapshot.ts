import type { Database } from "./database.ts";
import type { Store } from "./store.ts";

/** The store as it is at one moment, through a connection of its own: whatever is committed meanwhile does not show. */
export interface Snapshot {
  /** Runs `work`, which only reads. */
  read<Result>(work: (database: Database) => Result): Promise<Result>;
  /** Must be called: the log cannot be reused before. */
  close(): void;
}

/** Opens a snapshot; undefined if there is no store. `action` is what is being tried, for messages. */
export async function openSnapshot(store: Store, action: string, stateId: string): Promise<Snapshot | undefined> {
  const database = await store.patiently(action, stateId, () => store.openAnother());
  if (database === undefined) return undefined;
  const read: Snapshot["read"] = (work) => store.patiently(action, stateId, () => work(database));
  try {
    // The moment is that of the first statement that reads.
    await read(() => database.beginReading());
    return { read, close: () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
}
