import { dirname, join } from "node:path";
import { checkArtifactId, CorruptError, RepriseError, type CollectedArtifacts, type StoredArtifact } from "@reprise/core/spi";
import { ArtifactTrash } from "./artifact-trash.ts";
import { collectContents } from "./collect-contents.ts";
import { contentIdOf } from "./content-id.ts";
import { ensureDirectory, ensureDurableDirectory } from "./ensure-directory.ts";
import type { Io } from "./io.ts";
import { readIfPresent, removeIfPresent, statusIfPresent, touchIfPresent, writeFile } from "./replace-file.ts";
import { errnoOf, reportingIo } from "./storage-error.ts";
import type { FsSystem } from "./system.ts";

// What one read of a file can give on every version of Node.
const largestContent = 2 ** 31 - 1;

/** What a store of artifacts is made of. */
export interface ArtifactStoreSettings {
  readonly io: Io;
  readonly system: Pick<FsSystem, "token">;
  /** Absolute. */
  readonly root: string;
  /** Whether contents and their names are synced. */
  readonly sync: boolean;
  /** Called before anything is written, once. */
  readonly prepare: () => Promise<void>;
}

/**
 * Contents in a directory: `sha256/<first two digits>/<all digits>`. A content is written under a temporary name, synced
 * and renamed, so what has its final name is whole, unless the disk damaged it.
 */
export class ArtifactStore {
  readonly #settings: ArtifactStoreSettings;
  readonly #contents: string;
  readonly #temporary: string;
  readonly #trash: ArtifactTrash;
  /** Directories that this process has made sure of; their names are durable. */
  readonly #known = new Map<string, Promise<void>>();
  readonly #pending = new Set<Promise<unknown>>();
  #closed = false;

  constructor(settings: ArtifactStoreSettings) {
    this.#settings = settings;
    this.#contents = join(settings.root, "sha256");
    this.#temporary = join(settings.root, "tmp");
    const trash = join(settings.root, "trash");
    this.#trash = new ArtifactTrash(settings.io, trash, { pathOf: (id) => this.#pathOf(id), prepare: () => this.#ensure(trash) });
  }

  async put(bytes: Uint8Array): Promise<StoredArtifact> {
    this.#checkOpen();
    const { length } = bytes;
    if (length > largestContent) throw new RepriseError("LIMIT", `an artifact of ${length} bytes is larger than ${largestContent}`);
    // The caller may change its own as soon as we wait. Not slice(), which of a Buffer is a view.
    const content = new Uint8Array(bytes);
    const id = contentIdOf(content);
    const work = reportingIo(`store artifact ${id}`, {}, () => this.#store(id, content));
    this.#pending.add(work);
    try {
      return { id, size: length, existed: await work };
    } catch (error) {
      // Perhaps somebody took a directory away: the next put makes sure of them again.
      this.#known.clear();
      throw error;
    } finally {
      this.#pending.delete(work);
    }
  }

  async get(id: string): Promise<Uint8Array> {
    this.#checkOpen();
    const path = this.#pathOf(checkArtifactId(id));
    const bytes = await reportingIo(`read artifact ${id}`, { path }, () => this.#orRescued(id, () => readIfPresent(this.#settings.io, path)));
    if (bytes === undefined) throw new RepriseError("NOT_FOUND", `there is no artifact ${id} in ${this.#settings.root}`, { path });
    if (contentIdOf(bytes) !== id) throw new CorruptError(`${path} is damaged: its content has another hash`, { path });
    return bytes;
  }

  async stat(id: string): Promise<{ readonly size: number } | undefined> {
    this.#checkOpen();
    const path = this.#pathOf(checkArtifactId(id));
    const status = await reportingIo(`look at artifact ${id}`, { path }, () => this.#orRescued(id, () => statusIfPresent(this.#settings.io, path)));
    return status && { size: status.size };
  }

  async collect(live: AsyncIterable<string>, graceMs: number): Promise<CollectedArtifacts> {
    this.#checkOpen();
    const { io } = this.#settings;
    const places = { io, contents: this.#contents, temporary: this.#temporary, trash: this.#trash, now: () => this.#now() };
    return reportingIo("collect artifacts", { path: this.#settings.root }, () => collectContents(places, live, graceMs));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#pending);
  }

  /** Whether the content was there. */
  async #store(id: string, content: Uint8Array): Promise<boolean> {
    const { io, system, sync } = this.#settings;
    const path = this.#pathOf(id);
    await this.#ensure(dirname(path));
    const existed = await this.#holds(path, content);
    // A collector may be faster, and take it away before it is as young as it is.
    for (let isThere = existed; !isThere; isThere = await touchIfPresent(io, path)) {
      await this.#ensure(this.#temporary);
      await writeFile(io, path, content, { temporary: join(this.#temporary, system.token()), sync });
    }
    // Of what was there, too: who renamed it may have died before its name was durable.
    if (sync) await io.syncDirectory(dirname(path));
    return existed;
  }

  /** What a collector has thrown away and somebody asks for is put back. */
  async #orRescued<Result>(id: string, look: () => Promise<Result | undefined>): Promise<Result | undefined> {
    return (await look()) ?? ((await this.#trash.rescue(id)) ? look() : undefined);
  }

  /** Now, by the clock of the file system. */
  async #now(): Promise<number> {
    const { io, system } = this.#settings;
    await this.#ensure(this.#temporary);
    const path = join(this.#temporary, system.token());
    await (await io.create(path)).close();
    try {
      return (await io.stat(path)).modifiedMs;
    } finally {
      await removeIfPresent(io, path);
    }
  }

  async #holds(path: string, content: Uint8Array): Promise<boolean> {
    try {
      const found = await readIfPresent(this.#settings.io, path);
      return found !== undefined && Buffer.compare(found, content) === 0 && (await touchIfPresent(this.#settings.io, path));
    } catch (error) {
      // What the disk cannot read is damaged, and replaced like other damage.
      if (errnoOf(error) === "EIO") return false;
      throw error;
    }
  }

  /** Makes a directory and those above it, and their names durable; once per process. */
  #ensure(path: string): Promise<void> {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const made = this.#make(path);
    this.#known.set(path, made);
    // What failed is tried again.
    made.catch(() => this.#known.delete(path));
    return made;
  }

  async #make(path: string): Promise<void> {
    const { io, root, sync } = this.#settings;
    if (path === root) return this.#makeRoot();
    await this.#ensure(dirname(path));
    await ensureDirectory(io, path);
    // Also if it was there: somebody who died may have created it just before us.
    if (sync) await io.syncDirectory(dirname(path));
  }

  async #makeRoot(): Promise<void> {
    const { io, root, sync, prepare } = this.#settings;
    await prepare();
    await (sync ? ensureDurableDirectory(io, root) : ensureDirectory(io, root));
  }

  #pathOf(id: string): string {
    return join(this.#contents, id.slice(0, 2), id);
  }

  #checkOpen(): void {
    if (this.#closed) throw new RepriseError("CLOSED", `the artifacts in ${this.#settings.root} were closed`, { path: this.#settings.root });
  }
}
