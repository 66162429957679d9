import type { Durability, StoredRecord } from "@reprise/core/spi";
import type { FsWriter } from "./fs-writer.ts";
import type { HeadKeeper } from "./head-keeper.ts";
import type { Io } from "./io.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import type { RunPaths } from "./paths.ts";
import type { SegmentHeader } from "./segment-header.ts";
import type { SegmentWriter } from "./segment-writer.ts";
import type { FsSystem } from "./system.ts";

/** What a writer is made of. All of it is the writer's alone. */
export interface FsWriterParts {
  readonly io: Io;
  readonly run: RunPaths;
  readonly segment: SegmentWriter;
  readonly lease: LeaseKeeper;
  readonly head: HeadKeeper;
  readonly system: FsSystem;
  /** The backend's strongest level. */
  readonly durability: Durability;
  readonly maxRecordBytes: number;
  readonly ttlMs: number;
  /** Seq of the last record that was there when the run was acquired. */
  readonly recoveredSeq: number;
  /** What every segment of the run says. */
  readonly origin: Pick<SegmentHeader, "created" | "born">;
  /** A longer segment is followed by another one. */
  readonly segmentBytes: number;
  readonly recovered: (from: number) => AsyncIterable<readonly StoredRecord[]>;
  readonly onReleased: (writer: FsWriter) => void;
}
