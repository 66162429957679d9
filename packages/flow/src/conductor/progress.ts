import { isThenable } from "@reprise/core/spi";

/** How far a routine of a job has come: numbers of activations, and of deliveries that were dropped. */
export interface RoutineProgress {
  /** Wait for their turn. */
  readonly queued: number;
  readonly running: number;
  readonly completed: number;
  /** Failed, and the job goes on without. */
  readonly continued: number;
  /** Failed, and left out. */
  readonly skipped: number;
  /** Failed, and the job with it. */
  readonly failed: number;
  /** Deliveries that were left out because a slot stayed unfilled. */
  readonly dropped: number;
}

/** Counts of a job, by routine. */
export type JobProgress = { readonly [routine: string]: RoutineProgress };

type Listener = () => unknown;
type Counts = { -readonly [Name in keyof RoutineProgress]: number };

/** Counts what a conductor does. Who listens cannot keep it from going on. */
export class ProgressBoard {
  readonly #counts = new Map<string, Counts>();
  readonly #listeners = new Set<Listener>();
  readonly #faulted = new WeakSet<Listener>();
  #begun: () => void = () => undefined;
  #report: (error: unknown) => void = () => undefined;

  /** Calls back when the code of the job is entered. */
  onBegin(callback: () => void): void {
    this.#begun = callback;
  }

  /** Begins at nothing: the code of the job is entered anew. `report` is told once of each listener that fails. */
  begin(routines: Iterable<string>, report: (error: unknown) => void): void {
    this.#report = report;
    for (const id of routines) this.#counts.set(id, { queued: 0, running: 0, completed: 0, continued: 0, skipped: 0, failed: 0, dropped: 0 });
    this.#begun();
  }

  count(routine: string, name: keyof RoutineProgress, by = 1): void {
    const counts = this.#counts.get(routine);
    if (counts === undefined) return;
    counts[name] += by;
    this.#tell();
  }

  /** A queued activation begins. */
  started(routine: string): void {
    const counts = this.#counts.get(routine);
    if (counts === undefined) return;
    counts.queued -= 1;
    counts.running += 1;
    this.#tell();
  }

  /** One that ran has ended. */
  ended(routine: string, how: "completed" | "continued" | "skipped" | "failed"): void {
    const counts = this.#counts.get(routine);
    if (counts === undefined) return;
    counts.running -= 1;
    counts[how] += 1;
    this.#tell();
  }

  /** Calls back after each change; returns what ends that. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  read(): JobProgress {
    return Object.fromEntries([...this.#counts].map(([id, counts]) => [id, { ...counts }]));
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      try {
        const pending = listener();
        if (isThenable(pending)) void Promise.resolve(pending).catch((error: unknown) => this.#fault(listener, error));
      } catch (error) {
        this.#fault(listener, error);
      }
    }
  }

  #fault(listener: Listener, error: unknown): void {
    if (this.#faulted.has(listener)) return;
    this.#faulted.add(listener);
    this.#report(error);
  }
}
