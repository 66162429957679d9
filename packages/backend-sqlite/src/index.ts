// The backends
export { sqliteArtifacts } from "./sqlite-artifacts.ts";
export { sqliteBackend } from "./sqlite-backend.ts";
export type { SqliteArtifactsOptions } from "./sqlite-artifacts.ts";
export type { SqliteBackendOptions } from "./sqlite-backend.ts";

// For fault injection, simulators, and who brings a SQLite of their own
export { nodeSqlite } from "./node-sqlite.ts";
export { realProcesses } from "./real-processes.ts";
export { sqliteSystem } from "./system.ts";
export type { SqliteConnection, SqliteDriver, SqliteRow, SqliteStatement, SqliteValue } from "./driver.ts";
export type { SqliteFileOptions } from "./options.ts";
export type { ProcessIdentity, Processes } from "./processes.ts";
export type { SqliteSystem } from "./system.ts";
