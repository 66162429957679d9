import { RepriseError, sleep, type RepriseErrorDetails } from "@reprise/core/spi";
import type { Database, SyncLevel } from "./database.ts";
import type { SqliteDriver } from "./driver.ts";
import { isSameFile, type FileIdentity, type Files } from "./files.ts";
import { openDatabase } from "./open-database.ts";
import type { Migration } from "./schema.ts";
import { isBusy, storageError, UncertainCommit } from "./sqlite-error.ts";
import { nextTurn, type SqliteSystem } from "./system.ts";
import { longestPauseMs, WriteQueue, type Write } from "./write-queue.ts";

/** What a store needs. */
export interface StoreSettings {
  readonly file: string;
  readonly driver: SqliteDriver;
  readonly files: Files;
  readonly system: SqliteSystem;
  /** The strongest level: what `power` and `process` come to. */
  readonly level: SyncLevel;
  readonly busyTimeoutMs: number;
  readonly migrations: readonly Migration[];
}

/** One write, and what its failure is called. */
export interface StoreWrite<Result> extends Omit<Write<Result>, "level" | "reported"> {
  /** What is being tried, for messages: `append to run run-1`. */
  readonly action: string;
  readonly stateId?: string;
  /** Default, and at most: the store's strongest. */
  readonly level?: SyncLevel;
  /** Default: {@link storageError}. */
  readonly reported?: (error: unknown) => unknown;
}

/** One SQLite file as everything in this package sees it: opened when it is first needed, waited for when others have it. */
export class Store {
  readonly settings: StoreSettings;
  readonly #queue: WriteQueue;
  #open: { readonly database: Database; readonly identity: FileIdentity } | undefined;
  #closed = false;
  /** A commit ended uncertainly: what the log holds is not to be trusted until it was written anew. */
  #unproven = false;
  readonly #lost = new Set<(error: RepriseError) => void>();

  constructor(settings: StoreSettings) {
    this.settings = settings;
    this.#queue = new WriteQueue({ system: settings.system, busyTimeoutMs: settings.busyTimeoutMs, attempt: (options, work) => this.#attempt(options, work) });
  }

  get file(): string {
    return this.settings.file;
  }

  /**
   * Runs `work`, which only reads, and sees one moment; it is given undefined if there is no store. Throws `UNAVAILABLE` after
   * `busyTimeoutMs`.
   */
  read<Result>(action: string, stateId: string | undefined, work: (database: Database | undefined) => Result): Promise<Result> {
    return this.patiently(action, stateId, () => {
      const database = this.#use(false);
      return database === undefined ? work(undefined) : database.reading(() => work(database));
    });
  }

  /** Makes the store if there is none. */
  ensure(action: string): Promise<void> {
    return this.patiently(action, undefined, () => void this.#use(true));
  }

  /** A connection of its own to the store, for somebody else to close; undefined if there is none. */
  openAnother(): Database | undefined {
    const { file, driver, migrations } = this.settings;
    return this.#use(false) && openDatabase(file, { driver, migrations, create: false });
  }

  /** Does `work` again and again while others have the lock, until `busyTimeoutMs` is over; nothing stops meanwhile. */
  async patiently<Result>(action: string, stateId: string | undefined, work: () => Result): Promise<Result> {
    const { system, busyTimeoutMs } = this.settings;
    const deadline = system.monotonic() + busyTimeoutMs;
    // SQLite answers at once: somebody who reads again and again would let nobody else have a turn.
    await nextTurn(system);
    for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || system.monotonic() >= deadline) throw this.reported(error, action, stateId);
      }
      await sleep(system, pauseMs);
    }
  }

  /** Commits `work` together with whatever else waits. Resolves when it is as durable as its level says. */
  write<Result>({ action, stateId, level, reported, ...write }: StoreWrite<Result>): Promise<Result> {
    return this.#queue.add<Result>({
      ...write,
      level: this.settings.level === "NORMAL" ? "NORMAL" : (level ?? "FULL"),
      reported: reported ?? ((error) => this.reported(error, action, stateId)),
    });
  }

  /** What callers see of a failure. */
  reported(error: unknown, action: string, stateId?: string): unknown {
    const details: RepriseErrorDetails & { path: string } = stateId === undefined ? { path: this.file } : { path: this.file, stateId };
    return storageError(error, action, details);
  }

  /** Calls back when the connection on which everything until now was done is given up. Returns what ends it. */
  onLost(callback: (error: RepriseError) => void): () => void {
    this.#lost.add(callback);
    return () => this.#lost.delete(callback);
  }

  /** Resolves when nothing waits to be written. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  /** What was begun before ends first; what is tried after that is refused, and opens nothing any more. */
  async close(): Promise<void> {
    do {
      await this.idle();
      // What was read or acquired in the meantime may have something to give back.
      await nextTurn(this.settings.system);
    } while (this.#queue.busy);
    this.#closed = true;
    this.#giveUp();
  }

  #attempt({ level, fence }: { readonly level: SyncLevel; readonly fence: boolean }, work: (database: Database | undefined) => void): void {
    const database = fence ? this.#use(false) : (this.#open?.database ?? this.#use(false));
    if (database === undefined) return work(undefined);
    try {
      database.transaction(level, () => work(database));
    } catch (error) {
      if (error instanceof UncertainCommit) this.#distrust(error);
      throw error;
    }
  }

  /** The store, if it is there. A file that was replaced since is another store. */
  #use(create: boolean): Database | undefined {
    const { file, files } = this.settings;
    if (this.#closed) throw new RepriseError("CLOSED", `${file} was closed`, { path: file });
    const identity = files.identify(file);
    if (this.#open !== undefined) {
      if (isSameFile(this.#open.identity, identity)) return this.#open.database;
      this.#lose(new RepriseError("FENCED", `${file} was removed or replaced while it was in use`, { path: file }));
    }
    if (identity === undefined && !create) return undefined;
    if (identity === undefined) files.create(file);
    return this.#openFile(create);
  }

  #openFile(create: boolean): Database | undefined {
    const { file, files, driver, migrations } = this.settings;
    const network = files.networkFileSystem(file);
    if (network !== undefined) throw new RepriseError("UNSUPPORTED", `${file} is on ${network}; SQLite needs a local file system to share a file safely`, { path: file });
    const before = files.identify(file);
    const database = openDatabase(file, { driver, migrations, create });
    if (database === undefined) return undefined;
    try {
      const identity = files.identify(file);
      if (identity === undefined || !isSameFile(before, identity)) throw new RepriseError("IO", `${file} was replaced while it was opened`, { path: file });
      if (this.#unproven) database.checkpoint();
      this.#unproven = false;
      this.#open = { database, identity };
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #distrust({ cause, message }: UncertainCommit): void {
    const { file } = this.settings;
    this.#unproven = true;
    this.#lose(new RepriseError("POISONED", `${file}: ${message}; nothing more can be written through this handle`, { path: file, cause }));
  }

  #lose(error: RepriseError): void {
    this.#giveUp();
    for (const callback of this.#lost) callback(error);
  }

  #giveUp(): void {
    const open = this.#open;
    this.#open = undefined;
    open?.database.close();
  }
}
