import type { RunFeed, Subscriber, Topic, Topics } from "@reprise/core/spi";

/** One thing a {@link recordingSubscriber} was told. */
export type Recording = { readonly [T in Topic]: { readonly stateId: string; readonly topic: T; readonly message: Topics[T] } }[Topic];

/** A subscriber that keeps all it is told, in order. */
export interface RecordingSubscriber extends Subscriber {
  readonly recordings: readonly Recording[];
  /** The messages of one topic, of all runs. */
  of<T extends Topic>(topic: T): Topics[T][];
  /** Every run it was attached to, and how that handle began. */
  readonly runs: readonly Pick<RunFeed, "stateId" | "origin">[];
  /** Ids of the runs whose handle was closed, after everything was handed over. */
  readonly closed: readonly string[];
  /** Forgets all. */
  clear(): void;
}

// As a record, so that the compiler asks for a topic that is added later.
const topics = Object.keys({ event: 0, recovered: 0, log: 0, group: 0, checkpoint: 0, interrupt: 0 } satisfies Record<Topic, 0>) as Topic[];

/**
 * Records everything a run publishes, of every topic.
 *
 * @example
 * ```ts
 * import { createReprise } from "@reprise/core";
 * import { addOne, recordingSubscriber } from "@reprise/testing";
 *
 * const recording = recordingSubscriber();
 * await createReprise({ subscribers: [recording] }).execute(addOne, 1);
 * console.log(recording.of("event").map((event) => event.status)); // ["started", "completed"]
 * ```
 */
export function recordingSubscriber(): RecordingSubscriber {
  const recordings: Recording[] = [];
  const runs: Pick<RunFeed, "stateId" | "origin">[] = [];
  const closed: string[] = [];
  return {
    recordings,
    runs,
    closed,
    of<T extends Topic>(topic: T) {
      return recordings.filter((recording) => recording.topic === topic).map((recording) => recording.message as Topics[T]);
    },
    clear() {
      for (const list of [recordings, runs, closed]) list.length = 0;
    },
    attach(run) {
      runs.push({ stateId: run.stateId, origin: run.origin });
      const stops = topics.map((topic) =>
        run.on(topic, (message) => void recordings.push({ stateId: run.stateId, topic, message } as Recording)),
      );
      return () => {
        for (const stop of stops) stop();
        closed.push(run.stateId);
      };
    },
  };
}
