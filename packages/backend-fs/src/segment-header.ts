import { CorruptError, RepriseError } from "@reprise/core/spi";

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

/** Reads an intact header frame's payload. Throws `INCOMPATIBLE` for a newer format, `CORRUPT` for what is no header though its checksum is right. */
export function decodeSegmentHeader(payload: Uint8Array, path: string): SegmentHeader {
  const header = parsed(payload);
  if (header?.format !== undefined && header.format !== segmentFormat) {
    const message = `${path} has format ${String(header.format)}; this version of @reprise/backend-fs reads format ${segmentFormat}`;
    throw new RepriseError("INCOMPATIBLE", message, { path });
  }
  if (isComplete(header)) return header;
  throw new CorruptError(`${path} is damaged at byte 0: its header is not what a header says`, { path, offset: 0 });
}

function parsed(payload: Uint8Array): Partial<SegmentHeader> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString("utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A writer wrote what it says, or somebody forged the checksum. */
function isComplete(header: Partial<SegmentHeader> | undefined): header is SegmentHeader {
  return (
    header !== undefined &&
    header.format === segmentFormat &&
    typeof header.stateId === "string" &&
    Number.isFinite(header.created) &&
    isCount(header.born) &&
    (header.previous === null || (typeof header.previous === "object" && isCount(header.previous.epoch) && isCount(header.previous.length))) &&
    Array.isArray(header.relogged) &&
    header.relogged.every((run: unknown) => Array.isArray(run) && run.length === 2 && run.every(isCount))
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
