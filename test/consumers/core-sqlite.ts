// Type-checked against the packed declarations: the ports fit together without casts.
import { sqliteArtifacts, sqliteBackend } from "@reprise/backend-sqlite";
import { createReprise, type Reprise } from "@reprise/core";

export const open = (file: string): Reprise => createReprise({ backend: sqliteBackend({ file, busyTimeoutMs: 5_000 }), artifacts: sqliteArtifacts({ file: `${file}-artifacts` }) });
