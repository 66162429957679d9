import { createReprise, type RepriseOptions } from "@reprise/core";
import { checkKnown, type LogNotice, type OptionNames, type RunFeed, type StateBackend, type Subscriber } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { virtualSystem } from "../virtual-system.ts";
import { watchedLives, type WatchedLife } from "./watched-lives.ts";

/** What `subscriberSuite` needs to know about a subscriber. */
export interface SubscriberSuiteOptions {
  /** A subscriber like those of other processes; called for each process of a case. */
  readonly subscriber: () => Subscriber;
  /** A fresh, empty backend. */
  readonly backend: () => StateBackend;
}

const optionNames: OptionNames<SubscriberSuiteOptions> = { subscriber: true, backend: true };

interface Watched {
  readonly ends: readonly unknown[];
  /** The records of every run, as text. */
  readonly records: readonly string[];
  /** What was said of subscribers that fail. */
  readonly faults: readonly string[];
}

/** One case of the suite. */
export interface SubscriberCase {
  readonly name: string;
  run(options: SubscriberSuiteOptions): Promise<void>;
}

/** Every case, for those who want to run them otherwise than with {@link subscriberSuite}. */
export const subscriberCases: readonly SubscriberCase[] = [
  ...watchedLives.map((life) => ({
    name: `H5: ${life.name} is watched without a fault, and ends and records as if nobody watched`,
    run: async (options: SubscriberSuiteOptions) => {
      const alone = await live(life, options.backend(), () => []);
      const watched = await live(life, options.backend(), () => [options.subscriber()]);
      expect(watched.faults).toEqual([]);
      expect(watched.ends).toEqual(alone.ends);
      expect(watched.records).toEqual(alone.records);
      expect(alone.ends.length).toBeGreaterThan(0);
    },
  })),
  {
    name: "H5: of several runs at once, each attached on its own, none disturbs another",
    run: async (options) => {
      const subscriber = options.subscriber();
      const all = await Promise.all(watchedLives.map((life) => live(life, options.backend(), () => [subscriber])));
      expect(all.flatMap(({ faults }) => faults)).toEqual([]);
    },
  },
  {
    name: "H5: attaching gives nothing, or what is called once when the run's handle is closed",
    run: async (options) => {
      const given: string[] = [];
      const spied = (): Subscriber => {
        const subscriber = options.subscriber();
        return {
          attach: (run) => {
            const end = subscriber.attach(run);
            given.push(typeof end);
            return end;
          },
        };
      };
      for (const life of watchedLives) expect((await live(life, options.backend(), () => [spied()])).faults).toEqual([]);
      expect(given.filter((kind) => kind !== "undefined" && kind !== "function")).toEqual([]);
      expect(given.length).toBeGreaterThan(watchedLives.length);
    },
  },
];

/**
 * Registers vitest cases for the contract of `Subscriber`: it watches every kind of run, new, resumed, waiting, failed and interrupted, without
 * a fault, also where texts and values are strange, and changes nothing. Call it at the top level of a test file. What it makes of what
 * it sees is for its own tests. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { memoryBackend } from "@reprise/backend-memory";
 * import { recordingSubscriber } from "@reprise/testing";
 * import { subscriberSuite } from "@reprise/testing/vitest";
 *
 * subscriberSuite("recordingSubscriber", { subscriber: recordingSubscriber, backend: memoryBackend });
 * ```
 */
export function subscriberSuite(name: string, options: SubscriberSuiteOptions): void {
  checkKnown(options, optionNames, "subscriberSuite");
  describe(`subscriberSuite: ${name}`, () => {
    for (const { name: sentence, run } of subscriberCases) test(sentence, () => run(options));
  });
}

async function live(life: WatchedLife, backend: StateBackend, subscribers: () => readonly Subscriber[]): Promise<Watched> {
  // Its own clock and ids for each: what is recorded is then the same, whoever watches.
  const system = virtualSystem();
  const faults: string[] = [];
  const watchman: Subscriber = { attach: (run: RunFeed) => run.on("log", (notice) => noteFault(notice, faults)) };
  const start = (further: Partial<RepriseOptions> = {}) => createReprise({ ...further, backend, system, subscribers: [watchman, ...subscribers()] });
  const ends = await system.runUntil(life.run({ start, advance: (ms) => new Promise((resolve) => void system.setTimer(ms, resolve)) }));
  await system.run();
  const records: string[] = [];
  for (const { stateId } of (await backend.list()).rows) {
    for await (const batch of backend.read(stateId)) for (const { seq, bytes } of batch) records.push(`${stateId} ${seq} ${new TextDecoder().decode(bytes)}`);
  }
  await backend.close();
  return { ends, records: records.toSorted(), faults };
}

function noteFault({ code, message }: LogNotice, faults: string[]): void {
  if (code === "SUBSCRIBER_FAILED") faults.push(message);
}
