// The backends
export { fsArtifacts } from "./fs-artifacts.ts";
export { fsBackend } from "./fs-backend.ts";
export type { FsArtifactsOptions } from "./fs-artifacts.ts";
export type { FsBackendOptions } from "./fs-backend.ts";

// Looking after a store
export { doctor } from "./doctor.ts";
export type { DoctorFinding, DoctorOptions, DoctorReport, RunReport } from "./doctor.ts";
export type { ArtifactsReport } from "./examine-artifacts.ts";

// For simulators and fault injection
export { faultyIo } from "./faulty-io.ts";
export { realIo, realProcesses } from "./real-io.ts";
export { fsSystem } from "./system.ts";
export type { IoCall, IoFault, IoOperation } from "./faulty-io.ts";
export type { FileIdentity, FileStatus, Io, IoFile } from "./io.ts";
export type { ProcessIdentity, Processes } from "./processes.ts";
export type { SyncMode } from "./real-io.ts";
export type { FsSystem } from "./system.ts";
