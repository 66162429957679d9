import type { ArtifactBackend } from "@reprise/core/spi";
import type { Faulter } from "./faulter.ts";

/** A place for artifacts whose operations fail as planned. */
export function faultyArtifacts(inner: ArtifactBackend, faulter: Faulter): ArtifactBackend {
  const collect = inner.collect?.bind(inner);
  return {
    put: (bytes) => faulter.run("put", () => inner.put(bytes)),
    get: (id) => faulter.run("get", () => inner.get(id)),
    open: (id, range) => faulter.stream("open", () => inner.open(id, range)),
    stat: (id) => faulter.run("stat", () => inner.stat(id)),
    ...(collect && { collect }),
    close: () => inner.close(),
  };
}
