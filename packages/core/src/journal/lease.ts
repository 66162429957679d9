import { isRepriseError } from "../errors/reprise-error.ts";
import { FencedError } from "../errors/storage-errors.ts";
import type { StateWriter } from "../ports/state-backend.ts";

/** What a lease needs to know of its journal. */
export interface LeaseSettings {
  /** Takes the run again after its lease was given back. */
  readonly acquire: () => Promise<StateWriter>;
  /** Called with each writer there is. */
  readonly onWriter: ((writer: StateWriter) => void) | undefined;
  /** Called when the lease is lost, and when the run that it was for is another one. */
  readonly onLost: (error: unknown) => void;
}

/** The lease of an open run, as its writer: had, given back, and taken again (rule S3). */
export class Lease {
  readonly #settings: LeaseSettings;
  /** The writer, or that which is on its way; always awaited, so that appends keep their order. Undefined while the run rests. */
  #ready: Promise<StateWriter> | undefined;
  /** It is being taken again, before there is anything to write. */
  #waking: Promise<StateWriter> | undefined;
  /** The writer that is watched for the loss of its lease. */
  #watched: StateWriter | undefined;
  /** It is being given back. */
  #releasing: Promise<void> | undefined;
  /** The last epoch in which the run was ours. */
  #epoch = 0;

  constructor(settings: LeaseSettings, writer: StateWriter | undefined) {
    this.#settings = settings;
    this.#ready = writer && Promise.resolve(writer);
    if (writer) this.#watch(writer);
  }

  /** It was given back: somebody else may have the run, and may have extended it. */
  get resting(): boolean {
    return this.#ready === undefined;
  }

  /** The writer, if it is at hand. */
  get writer(): StateWriter | undefined {
    return this.#watched;
  }

  /** The writer; taken again if the run rests. `expect` is the last seq that its journal must have. */
  taken(expect: number): Promise<StateWriter> {
    return (this.#ready ??= this.#waking ?? this.#acquireAgain(expect));
  }

  /** Takes the lease of a resting run again. Throws what `acquire` throws and stays at rest, or `FencedError` if the run was extended elsewhere. */
  async wake(expect: number): Promise<void> {
    this.#waking ??= this.#wake(expect);
    await this.#waking;
  }

  /** Gives the lease back once `settled` is. What is asked of the run from the call on takes it again after that, not beside it. */
  async rest(settled: () => Promise<void>): Promise<void> {
    if (this.#waking !== undefined) await this.#waking.catch(() => undefined);
    const ready = this.#ready;
    this.#ready = undefined;
    this.#watched = undefined;
    if (ready) this.#releasing = this.#release(ready, settled);
    await this.#releasing;
  }

  async #release(ready: Promise<StateWriter>, settled: () => Promise<void>): Promise<void> {
    await settled();
    const writer = await ready;
    this.#epoch = writer.epoch;
    await writer.release();
  }

  async #wake(expect: number): Promise<StateWriter> {
    try {
      const writer = await this.#acquireAgain(expect);
      this.#ready = Promise.resolve(writer);
      return writer;
    } catch (error) {
      if (isRepriseError(error, "FENCED")) this.#settings.onLost(error);
      throw error;
    } finally {
      this.#waking = undefined;
    }
  }

  async #acquireAgain(expect: number): Promise<StateWriter> {
    await this.#releasing;
    const writer = await this.#settings.acquire();
    try {
      const moved = await this.#moved(writer, expect);
      if (moved === undefined) return this.#watch(writer);
      throw new FencedError(writer.stateId, moved, { indeterminate: false });
    } catch (error) {
      await writer.release();
      throw error;
    }
  }

  /** Why this is not the journal that the handle knows. One of the same length is another one if its last record is newer than all that the handle can have seen. */
  async #moved(writer: StateWriter, expect: number): Promise<string | undefined> {
    if (writer.lastSeq !== expect) return `it was extended elsewhere: record ${writer.lastSeq} is the last, this handle knows ${expect}`;
    for await (const [last] of writer.recovered(expect)) if (last !== undefined && last.epoch > this.#epoch) return "it was deleted and made anew elsewhere";
    return undefined;
  }

  /** A lease that is lost ends the run at once, not at the next append. */
  #watch(writer: StateWriter): StateWriter {
    this.#watched = writer;
    const lost = (): void => {
      if (this.#watched === writer) this.#settings.onLost(writer.signal.reason);
    };
    if (writer.signal.aborted) queueMicrotask(lost);
    else writer.signal.addEventListener("abort", lost, { once: true });
    this.#settings.onWriter?.(writer);
    return writer;
  }
}
