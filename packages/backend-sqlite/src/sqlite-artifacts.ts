import { checkByteRange, checkKnown, contentChunks, type ArtifactBackend } from "@reprise/core/spi";
import { ArtifactStore } from "./artifact-store.ts";
import { fileOptionNames, storeOf, type SqliteFileOptions } from "./options.ts";

/** Options of {@link sqliteArtifacts}. */
export type SqliteArtifactsOptions = SqliteFileOptions;

/**
 * Keeps artifacts in a SQLite file, each under its sha256. `sqliteBackend({ file })` has one in its own file by itself. Throws
 * `INVALID_OPTION`, and `UNSUPPORTED` on a Node without `node:sqlite`; I/O happens at the first use.
 *
 * @example
 * ```ts
 * import { sqliteArtifacts } from "@reprise/backend-sqlite";
 *
 * const artifacts = sqliteArtifacts({ file: ".artifacts.db" });
 * const { id, size } = await artifacts.put(new TextEncoder().encode("hello"));
 * console.log(size, (await artifacts.get(id)).length); // 5 5
 * await artifacts.close();
 * ```
 */
export function sqliteArtifacts(options: SqliteArtifactsOptions): ArtifactBackend {
  checkKnown(options, fileOptionNames, "sqliteArtifacts");
  const store = storeOf("sqliteArtifacts", options);
  return artifactBackend(new ArtifactStore(store), () => store.close());
}

/** The port on a store; `afterwards` is called when everything that was begun has ended. */
export function artifactBackend(artifacts: ArtifactStore, afterwards: () => Promise<void>): ArtifactBackend {
  let closing: Promise<void> | undefined;
  return {
    put: (bytes) => artifacts.put(bytes),
    get: (id) => artifacts.get(id),
    async *open(id, range = {}) {
      checkByteRange(range);
      yield* contentChunks(await artifacts.get(id), range);
    },
    stat: (id) => artifacts.stat(id),
    collect: (live, options) => artifacts.collect(live, options),
    close: () => (closing ??= artifacts.close().then(afterwards)),
  };
}
