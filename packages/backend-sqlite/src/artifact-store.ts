import { checkArtifactId, checkGrace, CorruptError, defaultSystem, RepriseError, type ArtifactBackend, type CollectedArtifacts, type StoredArtifact } from "@reprise/core/spi";
import type { Database } from "./database.ts";
import type { Store } from "./store.ts";

// SQLite keeps at most 10^9 bytes in a row, and each is in memory more than once while it is written.
const largestContent = 512 * 2 ** 20;

/** Contents as rows, each under its sha256. */
export class ArtifactStore {
  readonly #store: Store;
  readonly #sha256 = defaultSystem().sha256;
  readonly #pending = new Set<Promise<unknown>>();
  #closed = false;

  constructor(store: Store) {
    this.#store = store;
  }

  async put(bytes: Uint8Array): Promise<StoredArtifact> {
    this.#checkOpen();
    const { length: size } = bytes;
    if (size > largestContent) throw new RepriseError("LIMIT", `an artifact of ${size} bytes is larger than ${largestContent}`);
    // The caller may change its own as soon as we wait. Not slice(), which of a Buffer is a view.
    const content = new Uint8Array(bytes);
    const id = this.#sha256(content);
    const action = `store artifact ${id}`;
    const work = this.#store.ensure(action).then(() => this.#store.write({ action, bytes: size, work: (database) => this.#keep(database, id, content) }));
    this.#pending.add(work);
    try {
      return { id, size, existed: await work };
    } finally {
      this.#pending.delete(work);
    }
  }

  async get(id: string): Promise<Uint8Array> {
    this.#checkOpen();
    checkArtifactId(id);
    const { file } = this.#store;
    const bytes = await this.#store.read(`read artifact ${id}`, undefined, (database) => contentOf(database, id));
    if (bytes === undefined) throw new RepriseError("NOT_FOUND", `there is no artifact ${id} in ${file}`, { path: file });
    if (this.#sha256(bytes) !== id) throw new CorruptError(`${file}: artifact ${id} is damaged, its content has another hash`, { path: file });
    return bytes;
  }

  async stat(id: string): Promise<{ readonly size: number } | undefined> {
    this.#checkOpen();
    checkArtifactId(id);
    return this.#store.read(`look at artifact ${id}`, undefined, (database) => {
      const { size } = database?.get("SELECT size FROM artifacts WHERE id = ?", id) ?? {};
      return typeof size === "number" ? { size } : undefined;
    });
  }

  async collect(live: AsyncIterable<string>, options: { readonly graceMs: number }): ReturnType<NonNullable<ArtifactBackend["collect"]>> {
    this.#checkOpen();
    const action = "collect artifacts";
    const olderThan = this.#store.settings.system.now() - checkGrace(options);
    const begun = await this.#store.read(action, undefined, putsUntilNow);
    const alive = new Set<string>();
    for await (const id of live) alive.add(checkArtifactId(id));
    this.#checkOpen();
    // One transaction: what is put before it has a later number, and what is put after it is written anew.
    return this.#store.write({ action, work: (database) => removeOld(database, alive, olderThan, begun) });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#pending);
  }

  /** Whether the content was there, intact. */
  #keep(database: Database | undefined, id: string, content: Uint8Array): boolean {
    const { file, settings } = this.#store;
    if (database === undefined) throw new RepriseError("IO", `${file} was removed`, { path: file });
    const found = contentOf(database, id);
    const existed = found !== undefined && Buffer.compare(found, content) === 0;
    const { value } = database.get("INSERT INTO counters (name, value) VALUES ('puts', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value") ?? {};
    const sql = "INSERT INTO artifacts (id, size, put_at, put_number) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET size = ?2, put_at = ?3, put_number = ?4 RETURNING artifact";
    const { artifact } = database.get(sql, id, content.length, settings.system.now(), value as number) ?? {};
    if (!existed) database.run("INSERT OR REPLACE INTO contents (artifact, bytes) VALUES (?, ?)", artifact as number, content);
    return existed;
  }

  #checkOpen(): void {
    if (this.#closed) throw new RepriseError("CLOSED", `the artifacts in ${this.#store.file} were closed`, { path: this.#store.file });
  }
}

/** Undefined if there is none; empty if only its entry is left, which no hash but one matches. */
function contentOf(database: Database | undefined, id: string): Uint8Array | undefined {
  const row = database?.get("SELECT bytes FROM artifacts LEFT JOIN contents USING (artifact) WHERE id = ?", id);
  return row && ((row["bytes"] as Uint8Array | null) ?? new Uint8Array());
}

function putsUntilNow(database: Database | undefined): number {
  const { value } = database?.get("SELECT value FROM counters WHERE name = 'puts'") ?? {};
  return (value ?? 0) as number;
}

function removeOld(database: Database | undefined, alive: ReadonlySet<string>, olderThan: number, begun: number): CollectedArtifacts {
  const old = database?.all("SELECT artifact, id, size FROM artifacts WHERE put_at <= ? AND put_number <= ?", olderThan, begun) ?? [];
  const dead = old.filter(({ id }) => !alive.has(String(id)));
  for (const { artifact } of dead) for (const table of ["contents", "artifacts"]) database?.run(`DELETE FROM ${table} WHERE artifact = ?`, artifact as number);
  return { removed: dead.length, bytes: dead.reduce((sum, { size }) => sum + Number(size), 0), condemned: 0 };
}
