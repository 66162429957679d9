import type { FileIdentity, Io } from "./io.ts";
import type { StorePaths } from "./paths.ts";
import { checkStore, ensureStore } from "./store-file.ts";
import type { FsSystem } from "./system.ts";

/** The store of one backend. What was found good is only looked at again once its names mean other files: who converts a store replaces them. */
export class KnownStore {
  readonly #io: Io;
  readonly #paths: StorePaths;
  readonly #system: FsSystem;
  readonly #good = new Map<string, FileIdentity | undefined>();

  constructor(io: Io, paths: StorePaths, system: FsSystem) {
    this.#io = io;
    this.#paths = paths;
    this.#system = system;
  }

  /** Like `checkStore`. */
  async exists(): Promise<boolean> {
    const { store } = this.#paths;
    return this.#unlessGood([store], () => checkStore(this.#io, this.#paths));
  }

  /** Like `ensureStore`. */
  async ensure(): Promise<void> {
    const { store, runs } = this.#paths;
    await this.#unlessGood([store, runs], async () => {
      await ensureStore(this.#io, this.#paths, this.#system);
      return true;
    });
  }

  async #unlessGood(names: readonly string[], check: () => Promise<boolean>): Promise<boolean> {
    // Before they are checked: what they mean later may be something else.
    const found = await Promise.all(names.map((name) => this.#io.look(name)));
    if (names.every((name, index) => isSame(this.#good.get(name), found[index]))) return true;
    const isGood = await check();
    for (const [index, name] of names.entries()) this.#good.set(name, isGood ? found[index] : undefined);
    return isGood;
  }
}

function isSame(one: FileIdentity | undefined, other: FileIdentity | undefined): boolean {
  return one !== undefined && one.device === other?.device && one.inode === other.inode;
}
