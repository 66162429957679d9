import { join } from "node:path";
import { contentIdOf } from "./content-id.ts";
import type { Io } from "./io.ts";
import { namesIn, readIfPresent, removeIfPresent, touchIfPresent } from "./replace-file.ts";
import { isMissing } from "./storage-error.ts";

// <sha256>.<ms since the epoch when it was thrown away>
const entryName = /^(?<id>[0-9a-f]{64})\.(?<since>\d+)$/u;

/** A content that was thrown away. */
export interface TrashedContent {
  readonly id: string;
  readonly path: string;
  /** By the clock of the file system, in ms since the epoch. */
  readonly sinceMs: number;
}

/**
 * Where contents lie between being thrown away and being deleted. They are found there and put back, by whoever asks for them,
 * so that a collector that dies, or a clock that was wrong, takes nothing away that somebody needs.
 */
export class ArtifactTrash {
  readonly #io: Io;
  readonly #directory: string;
  readonly #pathOf: (id: string) => string;
  readonly #prepare: () => Promise<void>;

  /** `pathOf`: where a content belongs; `prepare` makes the directory, and its name durable: a content may be moved out and back. */
  constructor(io: Io, directory: string, { pathOf, prepare }: { readonly pathOf: (id: string) => string; readonly prepare: () => Promise<void> }) {
    this.#io = io;
    this.#directory = directory;
    this.#pathOf = pathOf;
    this.#prepare = prepare;
  }

  async entries(): Promise<TrashedContent[]> {
    const names = await namesIn(this.#io, this.#directory);
    return names.flatMap((name): TrashedContent[] => {
      const groups = entryName.exec(name)?.groups;
      return groups ? [{ id: groups["id"] ?? "", sinceMs: Number(groups["since"]), path: join(this.#directory, name) }] : [];
    });
  }

  /** Moves a content here; undefined if it is gone already. */
  async add(id: string, sinceMs: number): Promise<TrashedContent | undefined> {
    await this.#prepare();
    const path = join(this.#directory, `${id}.${sinceMs}`);
    return (await this.#move(this.#pathOf(id), path)) ? { id, sinceMs, path } : undefined;
  }

  /**
   * Puts a content back, as young as if it had just been put; false if somebody else did, it was deleted, or it is damaged. Touched
   * before it is moved: the name may be somebody's who has just put the same.
   */
  async restore(entry: TrashedContent): Promise<boolean> {
    const { id, path } = entry;
    const content = await readIfPresent(this.#io, path);
    if (content === undefined) return false;
    if (contentIdOf(content) !== id) {
      await this.delete(entry);
      return false;
    }
    return (await touchIfPresent(this.#io, path)) && this.#move(path, this.#pathOf(id));
  }

  /** Puts back what was thrown away of this content; whether there was anything. */
  async rescue(id: string): Promise<boolean> {
    for (const entry of await this.entries()) if (entry.id === id && (await this.restore(entry))) return true;
    return false;
  }

  delete({ path }: TrashedContent): Promise<void> {
    return removeIfPresent(this.#io, path);
  }

  async #move(from: string, to: string): Promise<boolean> {
    try {
      await this.#io.rename(from, to);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }
}
