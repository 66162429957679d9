import { checkArtifactId, checkByteRange, checkGrace, contentChunks, CorruptError, defaultSystem, RepriseError, type ArtifactBackend, type System } from "@reprise/core/spi";

/** An artifact backend that lives and dies with the process. */
export interface MemoryArtifacts extends ArtifactBackend {
  /** A copy of everything: what would be left if the process died now. */
  snapshot(): readonly (readonly [id: string, bytes: Uint8Array])[];
  /** For tests: puts other bytes in the place of a content, as a failing disk would; undefined takes it away. */
  damage(id: string, bytes: Uint8Array | undefined): void;
}

/**
 * Keeps artifacts in memory, copied on the way in and out. `memoryBackend()` has one by itself. `from` is a snapshot to start with: its contents
 * count as put long ago. `system` is the clock that `collect` goes by; default: that of the runtime.
 *
 * @example
 * ```ts
 * import { memoryArtifacts } from "@reprise/backend-memory";
 *
 * const artifacts = memoryArtifacts();
 * const { id } = await artifacts.put(new TextEncoder().encode("hello"));
 * console.log(new TextDecoder().decode(await artifacts.get(id))); // hello
 * ```
 */
export function memoryArtifacts(options: { readonly from?: ReturnType<MemoryArtifacts["snapshot"]>; readonly system?: Pick<System, "now"> } = {}): MemoryArtifacts {
  const { sha256 } = defaultSystem();
  const contents = new Map<string, Uint8Array>((options.from ?? []).map(([id, bytes]) => [checkArtifactId(id), copyOf(bytes)]));
  const clock = options.system ?? defaultSystem();
  /** When each content was last put, and the how many-th put that was. */
  const lastPut = new Map<string, { readonly at: number; readonly turn: number }>();
  let puts = 0;
  let closed = false;
  const checkOpen = (): void => {
    if (closed) throw new RepriseError("CLOSED", "these artifacts in memory were closed");
  };
  const verified = (id: string): Uint8Array => {
    checkOpen();
    const bytes = contents.get(checkArtifactId(id));
    if (bytes === undefined) throw new RepriseError("NOT_FOUND", `there is no artifact ${id}`);
    if (sha256(bytes) !== id) throw new CorruptError(`the content of artifact ${id} has another hash`);
    return bytes;
  };
  return {
    async put(bytes) {
      checkOpen();
      const copy = copyOf(bytes);
      const id = sha256(copy);
      const found = contents.get(id);
      const existed = found !== undefined && sha256(found) === id;
      if (!existed) contents.set(id, copy);
      lastPut.set(id, { at: clock.now(), turn: (puts += 1) });
      return { id, size: copy.length, existed };
    },
    get: async (id) => copyOf(verified(id)),
    async *open(id, range = {}) {
      checkByteRange(range);
      yield* contentChunks(verified(id), range);
    },
    async stat(id) {
      checkOpen();
      const bytes = contents.get(checkArtifactId(id));
      return bytes && { size: bytes.length };
    },
    async collect(live, collectOptions) {
      checkOpen();
      const olderThan = clock.now() - checkGrace(collectOptions);
      const begun = puts;
      const alive = new Set<string>();
      for await (const id of live) alive.add(checkArtifactId(id));
      checkOpen();
      const collected = { removed: 0, bytes: 0, condemned: 0 };
      for (const [id, bytes] of contents) {
        const last = lastPut.get(id);
        if (alive.has(id) || (last !== undefined && (last.at > olderThan || last.turn > begun))) continue;
        contents.delete(id);
        lastPut.delete(id);
        collected.removed += 1;
        collected.bytes += bytes.length;
      }
      return collected;
    },
    async close() {
      closed = true;
    },
    snapshot: () => [...contents].map(([id, bytes]) => [id, copyOf(bytes)]),
    damage(id, bytes) {
      if (bytes === undefined) contents.delete(id);
      else contents.set(id, copyOf(bytes));
    },
  };
}

// Not slice(), which of a Buffer is a view.
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
