import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqliteArtifacts, sqliteBackend } from "@reprise/backend-sqlite";
import type { ArtifactBackend } from "@reprise/core/spi";
import { artifactBackendSuite, type ArtifactBackendSuiteOptions } from "@reprise/testing/vitest";
import { onTestFinished } from "vitest";

const places = new WeakMap<ArtifactBackend, string>();

function inFile(openAt: (file: string) => ArtifactBackend): ArtifactBackendSuiteOptions {
  const remembered = (file: string): ArtifactBackend => {
    const artifacts = openAt(file);
    places.set(artifacts, file);
    return artifacts;
  };
  const again = (artifacts: ArtifactBackend): ArtifactBackend => remembered(places.get(artifacts)!);
  return {
    open: async () => {
      const dir = await mkdtemp(join(tmpdir(), "reprise-suite-"));
      onTestFinished(() => rm(dir, { recursive: true, force: true }));
      return remembered(join(dir, "artifacts.db"));
    },
    reopen: again,
    connect: again,
    damage(artifacts, id, bytes) {
      const database = new DatabaseSync(places.get(artifacts)!);
      const { artifact } = database.prepare("SELECT artifact FROM artifacts WHERE id = ?").get(id)!;
      if (bytes === undefined) for (const table of ["contents", "artifacts"]) database.prepare(`DELETE FROM ${table} WHERE artifact = ?`).run(artifact!);
      else database.prepare("UPDATE contents SET bytes = ? WHERE artifact = ?").run(bytes, artifact!);
      database.close();
    },
    elapse(artifacts, ms) {
      const database = new DatabaseSync(places.get(artifacts)!);
      database.prepare("UPDATE artifacts SET put_at = put_at - ?").run(ms);
      database.close();
    },
  };
}

artifactBackendSuite("sqliteArtifacts", inFile((file) => sqliteArtifacts({ file })));
artifactBackendSuite("sqliteArtifacts, durability process", inFile((file) => sqliteArtifacts({ file, durability: "process" })));
artifactBackendSuite("sqliteBackend().artifacts", inFile((file) => sqliteBackend({ file }).artifacts!));
