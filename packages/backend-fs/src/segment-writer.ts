import { finishFrame, type FrameKind } from "./frame.ts";
import type { Io, IoFile } from "./io.ts";
import { newestEpoch, segmentPath, type RunPaths } from "./paths.ts";
import { isMissing } from "./storage-error.ts";

/** A frame that still needs its header. */
export interface UnfinishedFrame {
  readonly kind: FrameKind;
  readonly firstSeq: number;
  readonly count: number;
  readonly frame: Buffer;
}

/** The end of a segment that this process created and that nobody else writes. */
export class SegmentWriter {
  readonly epoch: number;
  readonly path: string;
  readonly #io: Io;
  readonly #run: RunPaths;
  readonly #file: IoFile;
  #position = 0;
  #synced = 0;
  #previous = 0;

  private constructor(io: Io, run: RunPaths, epoch: number, file: IoFile) {
    this.#io = io;
    this.#run = run;
    this.#file = file;
    this.epoch = epoch;
    this.path = segmentPath(run, epoch);
  }

  /** Creates the segment: from now on every older epoch is fenced. `EEXIST` if somebody else has this epoch. */
  static async create(io: Io, run: RunPaths, epoch: number): Promise<SegmentWriter> {
    return new SegmentWriter(io, run, epoch, await io.create(segmentPath(run, epoch)));
  }

  /** In bytes. */
  get length(): number {
    return this.#position;
  }

  /** Whether everything written is known to be durable. */
  get isSynced(): boolean {
    return this.#synced === this.#position;
  }

  /** Writes frames in one go. After a failure the writer must not be used again, except to close it. */
  async write(frames: readonly UnfinishedFrame[]): Promise<void> {
    for (const { kind, firstSeq, count, frame } of frames) {
      const fields = { kind, epoch: this.epoch, firstSeq, count, synced: this.#synced, previous: this.#previous };
      this.#previous = finishFrame(frame, fields, this.#run.seed);
    }
    const [only] = frames;
    const bytes = frames.length === 1 && only !== undefined ? only.frame : Buffer.concat(frames.map(({ frame }) => frame));
    await this.#file.write(bytes, this.#position);
    this.#position += bytes.length;
  }

  /** Makes everything durable that was written before the call. */
  async sync(): Promise<void> {
    const position = this.#position;
    await this.#file.datasync();
    this.#synced = position;
  }

  /**
   * Why this segment is not the newest of its run any more; undefined if it is. The name must still mean our file: if the
   * run was removed and made anew, a higher epoch may not be in sight.
   */
  async fencedBy(): Promise<string | undefined> {
    try {
      const { names, identity } = await this.#io.look(this.#run.directory, this.path);
      const newest = newestEpoch(names);
      if (newest > this.epoch) return `epoch ${this.epoch} was taken over by epoch ${newest}`;
      const { device, inode } = this.#file.identity;
      if (identity.device === device && identity.inode === inode) return undefined;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return `epoch ${this.epoch} ended when the run was removed`;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
