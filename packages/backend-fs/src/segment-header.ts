import { RepriseError } from "@reprise/core/spi";

/** What the first frame of a segment says. JSON, so that later versions can add fields. */
export interface SegmentHeader {
  readonly format: number;
  readonly stateId: string;
  /** When the run was created, in ms since the epoch. */
  readonly created: number;
  /** Epoch of the run's first segment: tells a run from an earlier one with the same id. */
  readonly born: number;
  /** What comes before this segment: all of it is known to be durable. Null at the start of a run. */
  readonly previous: { readonly epoch: number; readonly length: number } | null;
  /**
   * Frames that follow this header and were written before, by the epochs named: the unproven end of what this writer found,
   * logged anew. Before they are complete this segment does not count.
   */
  readonly relogged: readonly (readonly [epoch: number, frames: number])[];
}

/** The newest format this version reads, and the one it writes. */
export const segmentFormat = 1;

/** How many frames the header says were logged anew. */
export function reloggedFrames(header: SegmentHeader): number {
  return header.relogged.reduce((sum, [, frames]) => sum + frames, 0);
}

/** The payload of a header frame. */
export function encodeSegmentHeader(header: SegmentHeader): Uint8Array {
  return Buffer.from(JSON.stringify(header), "utf8");
}

/** Reads an intact header frame's payload. Throws `INCOMPATIBLE` for a newer format. */
export function decodeSegmentHeader(payload: Uint8Array, path: string): SegmentHeader {
  const header = JSON.parse(Buffer.from(payload).toString("utf8")) as SegmentHeader;
  if (header.format === segmentFormat) return header;
  const message = `${path} has format ${header.format}; this version of @reprise/backend-fs reads format ${segmentFormat}`;
  throw new RepriseError("INCOMPATIBLE", message, { path });
}
