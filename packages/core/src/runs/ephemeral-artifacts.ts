import { checkArtifactId } from "../backends/check-artifact-id.ts";
import { checkByteRange, contentChunks } from "../backends/content-chunks.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import type { ArtifactBackend } from "../ports/artifact-backend.ts";

/** The artifacts of one run without a backend: they live in the memory of its handle, and go with it. */
export function ephemeralArtifacts(sha256: (bytes: Uint8Array) => string): ArtifactBackend {
  const contents = new Map<string, Uint8Array>();
  const find = (id: string): Uint8Array => {
    const bytes = contents.get(checkArtifactId(id));
    if (bytes === undefined) throw new RepriseError("NOT_FOUND", `there is no artifact ${id}`);
    return bytes;
  };
  return {
    async put(bytes) {
      const id = sha256(bytes);
      const existed = contents.has(id);
      if (!existed) contents.set(id, new Uint8Array(bytes));
      return { id, size: bytes.length, existed };
    },
    get: async (id) => new Uint8Array(find(id)),
    async *open(id, range = {}) {
      checkByteRange(range);
      yield* contentChunks(find(id), range);
    },
    async stat(id) {
      const bytes = contents.get(checkArtifactId(id));
      return bytes && { size: bytes.length };
    },
    close: async () => undefined,
  };
}
