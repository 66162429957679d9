/** What `put` gives. */
export interface StoredArtifact {
  /** Sha256 of the content, 64 lower-case hexadecimal digits. */
  readonly id: string;
  /** In bytes. */
  readonly size: number;
  /** The content was there already, intact. */
  readonly existed: boolean;
}

/** What `collect` gives. */
export interface CollectedArtifacts {
  /** So many contents are gone for good. */
  readonly removed: number;
  /** So much space was theirs. */
  readonly bytes: number;
  /** So many are thrown away but not gone: they are deleted by a later collection, until then they come back if anybody asks for them. */
  readonly condemned: number;
}

/** Part of a content: from byte `from` (default 0) up to and without byte `to` (default: the end), as `slice` takes them. */
export interface ByteRange {
  readonly from?: number;
  readonly to?: number;
}

/**
 * Where contents live that are too large for a journal, and the artifacts of runs: bytes under their sha256, so that equal
 * contents are stored once, whoever puts them.
 *
 * **G12** is its guarantee, with cases in `artifactBackendSuite` of `@reprise/testing/vitest`: when `put` has resolved, the
 * content is durable under its final name, at the strongest level the backend has. `get` never gives bytes with another
 * hash. Core puts before it appends the record that names the artifact, so a crash between the two leaves a content that
 * nobody names, never a name without a content.
 *
 * Unknown is `NOT_FOUND`, damaged is `CORRUPT`, unreadable is `IO`: never one for the other. Every other failure is a
 * `RepriseError`, too. After `close` everything is `CLOSED`.
 */
export interface ArtifactBackend {
  /**
   * Stores a content; the caller may change the bytes as soon as the call returns. Puts of one content at the same time are
   * one content. What is there already is not written again if it is intact, and replaced if it is damaged. Throws `LIMIT`
   * if it is too large, `NO_SPACE`, `IO`.
   */
  put(bytes: Uint8Array): Promise<StoredArtifact>;
  /** The whole content, in memory that nobody else holds, its hash verified. Throws `NOT_FOUND`, `CORRUPT`, `INVALID_ID`. */
  get(id: string): Promise<Uint8Array>;
  /**
   * The content, or a range of it, in chunks of whatever size. Throws as `get` does, and `INVALID_OPTION` for a range that is
   * none. A backend may find out that the content is damaged when it has given most of it: nothing counts before the end.
   */
  open(id: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  /** The size in bytes; undefined if there is no such content. Says nothing about damage. */
  stat(id: string): Promise<{ readonly size: number } | undefined>;
  /**
   * Removes the contents that are not in `live` and were not put for `graceMs`; a content that is there already counts as put, too. It
   * may first throw them away and remove them when they have been thrown away for as long again. Begins before `live` is read, and takes
   * nothing that is put from then on, by anyone. If `live` throws, that is thrown, and nothing is removed. Several may collect
   * at once, and die over it. Throws `INVALID_ID`, `INVALID_OPTION`. Optional: a backend without it keeps everything.
   */
  collect?(live: AsyncIterable<string>, options: { readonly graceMs: number }): Promise<CollectedArtifacts>;
  /** Waits for puts that were begun. Idempotent. */
  close(): Promise<void>;
}
