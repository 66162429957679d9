// The backends
export { memoryArtifacts } from "./memory-artifacts.ts";
export { memoryBackend } from "./memory-backend.ts";

// Crashes and restarts, for tests
export { truncateRun } from "./memory-snapshot.ts";
export type { MemoryArtifacts } from "./memory-artifacts.ts";
export type { MemoryBackend, MemoryBackendOptions } from "./memory-backend.ts";
export type { MemorySnapshot, MemoryRunSnapshot } from "./memory-snapshot.ts";
