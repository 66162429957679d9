import { resolve } from "node:path";
import { checkByteRange, checkGrace, checkKnown, checkOneOf, contentChunks, invalidOption, type ArtifactBackend, type OptionNames } from "@reprise/core/spi";
import { ArtifactStore } from "./artifact-store.ts";
import type { Io } from "./io.ts";
import { realIo } from "./real-io.ts";
import { fsSystem, type FsSystem } from "./system.ts";

/** Options of {@link fsArtifacts}. */
export interface FsArtifactsOptions {
  /** Where the contents are, or will be: made at the first `put`. On a local file system. */
  readonly dir: string;
  /** `power`: a content that was put survives a power cut. `process`: it survives the death of the process. Default: `power`. */
  readonly durability?: "power" | "process";
  /** The file system, for simulators and fault injection. Default: the real one. */
  readonly io?: Io;
  /** Where names of temporary files come from, for tests. Default: random ones. */
  readonly system?: Pick<FsSystem, "token">;
}

const optionNames: OptionNames<FsArtifactsOptions> = { dir: true, durability: true, io: true, system: true };

/**
 * Keeps artifacts in a directory, each under its sha256: written aside, synced, then renamed. `fsBackend({ dir })` has one
 * in `<dir>/artifacts` by itself. Throws `INVALID_OPTION`; I/O happens at the first use.
 *
 * @example
 * ```ts
 * import { fsArtifacts } from "@reprise/backend-fs";
 *
 * const artifacts = fsArtifacts({ dir: ".artifacts" });
 * const { id, size } = await artifacts.put(new TextEncoder().encode("hello"));
 * console.log(size, (await artifacts.get(id)).length); // 5 5
 * await artifacts.close();
 * ```
 */
export function fsArtifacts(options: FsArtifactsOptions): ArtifactBackend {
  checkKnown(options, optionNames, "fsArtifacts");
  const { dir, durability = "power", io = realIo(), system = fsSystem() } = options;
  if (typeof dir !== "string" || dir === "") invalidOption("dir", "a path", dir, "fsArtifacts");
  checkOneOf("durability", ["power", "process"], durability, "fsArtifacts");
  return artifactBackend(new ArtifactStore({ io, system, root: resolve(dir), sync: durability === "power", prepare: async () => undefined }));
}

/** The port on a store. */
export function artifactBackend(store: ArtifactStore): ArtifactBackend {
  return {
    put: (bytes) => store.put(bytes),
    get: (id) => store.get(id),
    async *open(id, range = {}) {
      checkByteRange(range);
      yield* contentChunks(await store.get(id), range);
    },
    stat: (id) => store.stat(id),
    collect: async (live, options) => store.collect(live, checkGrace(options)),
    close: () => store.close(),
  };
}
