import type { StreamListener, StreamSource } from "../events/event-stream.ts";
import type { StreamItem } from "../events/execution-event.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { itemsOf } from "../history/events-of.ts";
import { emptyView, type RunView } from "../history/fold.ts";
import { toEvent } from "../history/to-event.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { foldChecked, foldVisible } from "../timeline/fold-visible.ts";
import { sealOf } from "../transfer/sealed.ts";
import type { StoredRecord } from "../ports/state-backend.ts";
import { readFurther, readJournal } from "./read-journal.ts";
import { contentsOf } from "./run-contents.ts";
import type { RepriseSettings } from "./settings.ts";

/** What one of those who follow a run wants of it. */
export interface Followed {
  /** Until it rests with whatever status, or over pauses and waits to its end. */
  readonly until: "rest" | "end";
  /** Cuts, too. */
  readonly cuts: boolean;
}

/** How soon the backend is asked again, in ms: at first after something has come, and at most. */
const pause = { shortest: 100, longest: 1_000 };

/**
 * A run that somebody else may be extending, read without its lease again and again (rule G14), once for all who follow it. What
 * is read stays in memory as long as there is one of them.
 */
export class FollowedRun {
  readonly #settings: RepriseSettings;
  readonly #stateId: string;
  readonly #onLeft: () => void;
  readonly #listeners = new Set<StreamListener>();
  readonly #over = new AbortController();
  #records: JournalRecord[] = [];
  #view: RunView = emptyView();
  #closed = false;
  /** The epoch of the last record that is known, and the newest one of the run when it was last looked at. */
  #epochs = { last: 0, newest: 0 };
  /** Something was appended since the backend was last asked. */
  #news = false;
  #hurry: (() => void) | undefined;

  /** `onLeft` is called when nobody follows it any more. */
  constructor(settings: RepriseSettings, stateId: string, onLeft: () => void) {
    this.#settings = settings;
    this.#stateId = stateId;
    this.#onLeft = onLeft;
    void this.#follow();
  }

  /** What a stream reads it by. */
  source({ until, cuts }: Followed): StreamSource {
    const isOver = (): boolean => this.#isOver(until);
    const status = (): RunView["status"] => this.#view.status;
    return {
      get ended() {
        return isOver() ? status() : undefined;
      },
      recorded: (from) => this.#recorded(from, cuts),
      listen: (listener) => {
        this.#listeners.add(listener);
        return () => {
          if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#leave();
        };
      },
    };
  }

  /** This process has appended something: there is no need to wait for long. */
  look(): void {
    this.#news = true;
    this.#hurry?.();
  }

  /** Everybody who follows it gets what is read, and no more. */
  close(): void {
    this.#closed = true;
    this.#leave();
    for (const listener of this.#listeners) listener.changed();
  }

  #leave(): void {
    this.#over.abort();
    this.#onLeft();
  }

  #isOver(until: Followed["until"]): boolean {
    if (this.#closed) return true;
    if (this.#records.length === 0) return false;
    const { status } = this.#view;
    return sealOf(this.#records) !== undefined || status === "completed" || status === "failed" || (until === "rest" && status !== "running");
  }

  async #follow(): Promise<void> {
    const { signal } = this.#over;
    try {
      for (let waitMs: number = pause.shortest; !signal.aborted; ) {
        this.#news = false;
        const fresh = await this.#read(signal);
        if (signal.aborted) return;
        this.#take(fresh);
        waitMs = fresh.length > 0 || this.#news ? pause.shortest : Math.min(pause.longest, waitMs * 2);
        await this.#wait(waitMs, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#leave();
      for (const listener of this.#listeners) listener.fail(error);
    }
  }

  /** What is recorded behind what is known. */
  async #read(signal: AbortSignal): Promise<JournalRecord[]> {
    const { backend, records } = this.#settings;
    const known = this.#records.length;
    if (known === 0) return readJournal(this.#stateId, this.#behind(0, backend.read(this.#stateId, { signal })), records, contentsOf(this.#settings));
    // Cheaper than reading, and most of the time there is nothing new.
    const head = await backend.head(this.#stateId);
    if (head === undefined) throw new RepriseError("NOT_FOUND", `run ${this.#stateId} was deleted while it was followed`, { stateId: this.#stateId });
    if (head.lastSeq < known) throw this.#anotherRun(`has ${head.lastSeq} records, and ${known} were read`);
    if (head.lastSeq === known && head.epoch === this.#epochs.newest) return [];
    this.#epochs.newest = head.epoch;
    return readFurther(this.#stateId, this.#behind(known, backend.read(this.#stateId, { from: known, signal })), { codec: records, contents: contentsOf(this.#settings), known });
  }

  /** What comes behind the known records, the last of which must still be the one that was read: epochs grow also where an id is used again. */
  async *#behind(known: number, stored: AsyncIterable<readonly StoredRecord[]>): AsyncGenerator<readonly StoredRecord[]> {
    for await (const batch of stored) {
      for (const { seq, epoch } of batch) {
        if (seq === known && epoch !== this.#epochs.last) throw this.#anotherRun(`has another record ${known} than was read`);
        this.#epochs = { last: epoch, newest: Math.max(epoch, this.#epochs.newest) };
      }
      yield batch.filter(({ seq }) => seq > known);
    }
  }

  #anotherRun(fact: string): RepriseError {
    return new RepriseError("CONFLICT", `run ${this.#stateId} ${fact}: it was made anew, or a loss of power took what was not acknowledged`, { stateId: this.#stateId });
  }

  #take(fresh: readonly JournalRecord[]): void {
    const first = this.#records.length + 1;
    if (fresh.length === 0) return;
    this.#records.push(...fresh);
    if (first === 1 || fresh.some(({ k }) => k === "cut")) {
      this.#view = foldVisible(this.#stateId, this.#records);
      for (const listener of this.#listeners) listener.reread();
      return;
    }
    const items = fresh.flatMap((record, index) => this.#fold(record, first + index, fresh[index + 1]));
    for (const listener of this.#listeners) listener.push(items);
  }

  #fold(record: JournalRecord, seq: number, next: JournalRecord | undefined): StreamItem[] {
    const event = toEvent(this.#stateId, seq, record, foldChecked(this.#view, record, seq), next);
    return event === undefined ? [] : [this.#settings.redactor?.event(event) ?? event];
  }

  *#recorded(from: number, cuts: boolean): Generator<StreamItem, undefined> {
    const { redactor } = this.#settings;
    for (const item of itemsOf(this.#stateId, this.#records, { visible: this.#view.visible, from })) {
      if (item.status !== "cut") yield redactor?.event(item) ?? item;
      else if (cuts) yield item;
    }
  }

  // Keeps the process alive: somebody waits for what comes. However much comes, it is not asked more often than it may be.
  #wait(waitMs: number, signal: AbortSignal): Promise<void> {
    const { system } = this.#settings;
    const since = system.now();
    return new Promise((resolve) => {
      const end = (): void => {
        cancelTimer();
        this.#hurry = undefined;
        signal.removeEventListener("abort", end);
        resolve();
      };
      let cancelTimer = system.setTimer(waitMs, end);
      this.#hurry = () => {
        this.#hurry = undefined;
        cancelTimer();
        cancelTimer = system.setTimer(Math.max(0, Math.min(waitMs, since + pause.shortest - system.now())), end);
      };
      signal.addEventListener("abort", end);
    });
  }
}
