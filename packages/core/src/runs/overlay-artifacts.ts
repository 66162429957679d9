import type { ArtifactBackend } from "../ports/artifact-backend.ts";
import { ephemeralArtifacts } from "./ephemeral-artifacts.ts";

/** Artifacts that are read from a backend, and of which nothing new reaches it: what is put lives in memory (rule R5). */
export function overlayArtifacts(under: ArtifactBackend | undefined, sha256: (bytes: Uint8Array) => string): ArtifactBackend {
  const over = ephemeralArtifacts(sha256);
  const holder = async (id: string): Promise<ArtifactBackend> => (under === undefined || (await over.stat(id)) !== undefined ? over : under);
  return {
    put: (bytes) => over.put(bytes),
    get: async (id) => (await holder(id)).get(id),
    async *open(id, range) {
      yield* (await holder(id)).open(id, range);
    },
    stat: async (id) => (await holder(id)).stat(id),
    // What is under it is not its own to close.
    close: () => over.close(),
  };
}
