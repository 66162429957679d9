import { finishFrame, type FrameKind } from "./frame.ts";
import type { Io, IoFile } from "./io.ts";
import { Overtaken } from "./overtaken.ts";
import { epochOf, segmentPath, type RunPaths } from "./paths.ts";
import { errnoOf, isMissing } from "./storage-error.ts";

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
  readonly #nextPath: string;
  readonly #file: IoFile;
  #position = 0;
  #synced = 0;
  #previous = 0;
  #beside: readonly string[] = [];

  private constructor(io: Io, run: RunPaths, epoch: number, file: IoFile) {
    this.#io = io;
    this.#run = run;
    this.#file = file;
    this.epoch = epoch;
    this.path = segmentPath(run, epoch);
    this.#nextPath = segmentPath(run, epoch + 1);
  }

  /** Creates the segment: when this resolves, every older epoch is fenced. Throws {@link Overtaken} if somebody else has this epoch, or a newer one. */
  static async create(io: Io, run: RunPaths, epoch: number): Promise<SegmentWriter> {
    const segment = new SegmentWriter(io, run, epoch, await createFile(io, run, epoch));
    try {
      await segment.#fenceOlder();
      return segment;
    } catch (error) {
      // The failure is what the caller needs to know.
      await Promise.allSettled([segment.close()]);
      throw error;
    }
  }

  /** The names in the directory of its run just after it was created. */
  get beside(): readonly string[] {
    return this.#beside;
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
  write(frames: readonly UnfinishedFrame[]): Promise<void> {
    for (const { kind, firstSeq, count, frame } of frames) {
      const fields = { kind, epoch: this.epoch, firstSeq, count, synced: this.#synced, previous: this.#previous };
      this.#previous = finishFrame(frame, fields, this.#run.seed);
    }
    const [only] = frames;
    const bytes = frames.length === 1 && only !== undefined ? only.frame : Buffer.concat(frames.map(({ frame }) => frame));
    const position = this.#position;
    this.#position += bytes.length;
    return this.#file.write(bytes, position);
  }

  /** Makes everything durable that was written before the call. */
  async sync(): Promise<void> {
    const position = this.#position;
    await this.#file.datasync();
    this.#synced = position;
  }

  /**
   * Why this segment is not the newest of its run any more; undefined if it is. Two names tell, however many there are: who takes over
   * sees to it that the next epoch is there. Ours must still mean our file: if the run was removed and made anew, or compacted by
   * somebody else, the next epoch may not be in sight any more.
   */
  async fencedBy(): Promise<string | undefined> {
    try {
      // In this order: a compaction removes our segment before the one that follows it.
      if ((await this.#io.look(this.#nextPath)) !== undefined) return `epoch ${this.epoch} was taken over by epoch ${this.epoch + 1}`;
      if (await this.isInPlace()) return undefined;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    return `epoch ${this.epoch} ended when the run was removed`;
  }

  /** Whether its name still means our file. */
  async isInPlace(): Promise<boolean> {
    const found = await this.#io.look(this.path);
    const { device, inode } = this.#file.identity;
    return found?.device === device && found.inode === inode;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /**
   * A writer that is still at it looks for the epoch behind its own. That is ours, or one between, or there is none: somebody who was
   * paused can have put a segment with an old number into a directory that was made anew. Of two that create theirs at the same moment
   * at least one sees the other's here.
   */
  async #fenceOlder(): Promise<void> {
    this.#beside = await this.#io.readdir(this.#run.directory);
    const epochs = this.#beside.flatMap((name) => epochOf(name) ?? []).toSorted((left, right) => right - left);
    const [newest] = epochs;
    if (newest !== this.epoch) throw new Overtaken(`epoch ${this.epoch} was overtaken before it began: the newest is ${newest ?? "gone with the run"}`);
    for (const [index, epoch] of epochs.entries()) {
      if (epoch === this.epoch || epochs[index - 1] === epoch + 1) continue;
      // Whoever wrote into one of those between has been here: what is missing was lost, and must be missed.
      if (await this.#isAnyWritten(epochs.slice(1, index))) return;
      await createUnlessPresent(this.#io, segmentPath(this.#run, epoch + 1));
    }
  }

  async #isAnyWritten(epochs: readonly number[]): Promise<boolean> {
    for (const epoch of epochs) if ((await this.#io.stat(segmentPath(this.#run, epoch))).size > 0) return true;
    return false;
  }
}

async function createFile(io: Io, run: RunPaths, epoch: number): Promise<IoFile> {
  try {
    return await io.create(segmentPath(run, epoch));
  } catch (error) {
    if (errnoOf(error) === "EEXIST") throw new Overtaken(`somebody else has epoch ${epoch}`);
    throw error;
  }
}

async function createUnlessPresent(io: Io, path: string): Promise<void> {
  try {
    await (await io.create(path)).close();
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}
