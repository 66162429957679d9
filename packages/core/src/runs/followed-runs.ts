import { checkStateId } from "../backends/check-state-id.ts";
import type { OptionNames } from "../errors/check-known.ts";
import { checkOneOf, invalid } from "../errors/invalid.ts";
import { checkStreamOptions, EventStream, streamOptionNames, type EventFeed, type StreamOptions } from "../events/event-stream.ts";
import type { StreamItem } from "../events/execution-event.ts";
import type { RunFeed } from "../ports/subscriber.ts";
import { FollowedRun, type Followed } from "./followed-run.ts";
import type { RepriseSettings } from "./settings.ts";

/** Options of `reprise.events`. */
export interface FollowOptions extends StreamOptions {
  /**
   * `"rest"`: the stream ends when the run rests with whatever status. `"end"`: it goes on over pauses, waits and
   * interruptions, until the run has completed or failed. Default: `"rest"`. A run that was handed off has ended here.
   */
  readonly until?: Followed["until"];
  /** Gives cuts, too: where somebody rewinds the run, what was given before may be hidden. Default: false. */
  readonly cuts?: boolean;
}

const optionNames: OptionNames<FollowOptions> = { ...streamOptionNames, until: true, cuts: true };

/** Following runs from anywhere. */
export interface Following {
  /**
   * The events of a run as they are recorded, by whatever process, without its lease: it looks every 100 ms while there is news, and
   * up to every second while there is none; what this Reprise appends is news at once. Those that a rewind has hidden are not given. The stream waits for a run that nobody
   * is at, and whose status is still `running`. Throws `INVALID_ID` and `INVALID_OPTION`; `next()` rejects with `NOT_FOUND`,
   * `CORRUPT`, `CONFLICT` if the journal became shorter or is that of a run made anew, and what the backend throws. What is shown may end in records
   * that a loss of power can still remove (rule G14).
   *
   * @example
   * ```ts
   * import { createReprise, tool } from "@reprise/core";
   * import { memoryBackend } from "@reprise/backend-memory";
   *
   * const greet = tool({ name: "greet", run: (name: string) => `Hello ${name}` });
   * const reprise = createReprise({ backend: memoryBackend() });
   * await reprise.execute(greet, "Ada", { stateId: "run-1" });
   * for await (const { seq, status, address } of reprise.events("run-1")) console.log(seq, status, address);
   * ```
   */
  events(stateId: string, options?: FollowOptions & { readonly cuts?: false }): EventFeed;
  events(stateId: string, options: FollowOptions): EventFeed<StreamItem>;
}

type Handle = Pick<RunFeed, "stateId" | "on">;

/** The runs that this process follows, each read once however many look. */
export class FollowedRuns implements Following {
  readonly #settings: RepriseSettings;
  readonly #handleOf: (stateId: string) => Handle | undefined;
  readonly #runs = new Map<string, FollowedRun>();
  /** What ends the watching of handles, by run. */
  readonly #watching = new Map<FollowedRun, Map<Handle, () => void>>();

  /** `handleOf` gives the handle that this process has of a run. */
  constructor(settings: RepriseSettings, handleOf: (stateId: string) => Handle | undefined) {
    this.#settings = settings;
    this.#handleOf = handleOf;
  }

  /** This process has opened a run: what it appends is looked for at once. */
  opened(handle: Handle): void {
    const run = this.#runs.get(handle.stateId);
    if (run !== undefined) this.#watch(run, handle);
  }

  /** It is closed, and need not be remembered: a run that is followed to its end may be opened any number of times. */
  closed(handle: Handle): void {
    const run = this.#runs.get(handle.stateId);
    const handles = run && this.#watching.get(run);
    handles?.get(handle)?.();
    handles?.delete(handle);
  }

  events(stateId: string, options?: FollowOptions & { readonly cuts?: false }): EventFeed;
  events(stateId: string, options: FollowOptions): EventFeed<StreamItem>;
  events(stateId: string, options: FollowOptions = {}): EventFeed<StreamItem> | EventFeed {
    checkStateId(stateId);
    checkStreamOptions(options, optionNames);
    const { until = "rest", cuts = false } = options;
    checkOneOf("until", ["rest", "end"], until);
    if (typeof cuts !== "boolean") invalid("cuts", "true or false", cuts);
    return { [Symbol.asyncIterator]: () => new EventStream(() => this.#run(stateId).source({ until, cuts }), options) };
  }

  /** Ends every stream. */
  close(): void {
    for (const run of this.#runs.values()) run.close();
  }

  #run(stateId: string): FollowedRun {
    const known = this.#runs.get(stateId);
    if (known !== undefined) return known;
    const run: FollowedRun = new FollowedRun(this.#settings, stateId, () => {
      if (this.#runs.get(stateId) === run) this.#runs.delete(stateId);
      for (const stop of this.#watching.get(run)?.values() ?? []) stop();
      this.#watching.delete(run);
    });
    this.#runs.set(stateId, run);
    const handle = this.#handleOf(stateId);
    if (handle !== undefined) this.#watch(run, handle);
    return run;
  }

  #watch(run: FollowedRun, handle: Handle): void {
    const stops = (["event", "checkpoint"] as const).map((topic) => handle.on(topic, () => run.look()));
    const handles = this.#watching.get(run) ?? new Map<Handle, () => void>();
    this.#watching.set(run, handles.set(handle, () => stops.forEach((stop) => stop())));
  }
}
