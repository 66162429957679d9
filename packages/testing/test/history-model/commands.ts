import { agent, createReprise, tool, type Actor, type ExecutionState, type Reprise, type StateStatus } from "@reprise/core";
import { retry } from "@reprise/retry";
import type { StateBackend } from "@reprise/core/spi";
import fc from "fast-check";
import { crashableBackend } from "../../src/index.ts";
import { Died, Failed, NaiveRun, Refused, type Given, type Row, type Work, type Write } from "./naive-run.ts";

/** Something done to a run by hand. */
export type Command =
  | { readonly kind: "call"; readonly verb: "run" | "try"; readonly work: Work; readonly input: number; readonly key: string | undefined; readonly diesAfter: number | undefined }
  | { readonly kind: "map"; readonly items: readonly number[]; readonly diesAfter: number | undefined }
  | { readonly kind: "write"; readonly write: Write }
  | { readonly kind: "checkpoint"; readonly status: StateStatus | undefined; readonly metadata: Readonly<Record<string, unknown>> }
  | { readonly kind: "mend"; readonly broken: boolean }
  | { readonly kind: "reload" }
  | { readonly kind: "crash" };

const input = fc.constantFrom(1, 2, 3);
const diesAfter = fc.option(fc.nat(3), { nil: undefined, freq: 6 });
const groups = [[], [1], [1, 3], [3, 1, 1], [2, 3, 2], [1, 2]] as const;

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("call" as const), verb: fc.constantFrom("run" as const, "try" as const), work: fc.constantFrom<Work>("echo", "flaky", "fails", "writes", "pair"), input, key: fc.option(fc.constantFrom("k", "l"), { nil: undefined, freq: 3 }), diesAfter }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("map" as const), items: fc.constantFrom(...groups), diesAfter }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("write" as const), write: fc.tuple(fc.constantFrom("set" as const, "add" as const, "delete" as const), fc.constantFrom("n", "last"), fc.nat(9)) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("checkpoint" as const), status: fc.constantFrom<StateStatus | undefined>(undefined, "running", "paused", "failed", "completed"), metadata: fc.dictionary(fc.constantFrom("a", "b"), fc.nat(3), { maxKeys: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("mend" as const), broken: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("reload" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("crash" as const) }) },
);

const stateId = "run";

/** A real run and a naive one, to which the same is done. */
export class Pair {
  readonly #disk;
  readonly #naive = new NaiveRun();
  readonly #handled: string[] = [];
  readonly #actors: Record<Work, Actor<number, unknown>>;
  #reprise: Reprise;
  #state!: ExecutionState;
  #broken = true;
  #diesAfter = Number.POSITIVE_INFINITY;
  #died: (() => void) | undefined;
  /** Goes back to what was surely recorded last; and what was written to the storage since. */
  #toSure = this.#naive.mark();
  #unsure: Write[] = [];
  #refused: string | undefined;

  constructor(backend: StateBackend) {
    this.#disk = crashableBackend(backend);
    this.#reprise = createReprise({ backend: this.#disk });
    this.#actors = this.#makeActors();
  }

  async open(): Promise<void> {
    this.#state = await this.#reprise.create({ stateId });
  }

  async close(): Promise<void> {
    await this.#reprise.close();
  }

  #makeActors(): Record<Work, Actor<number, unknown>> {
    const work = (name: Work) =>
      tool({
        name,
        ...(name === "flaky" && { retry: retry({ maxAttempts: 2, initialDelayMs: 0, jitter: "none" }) }),
        run: async (given: number, { address, attempt, storage }) => {
          if ((this.#diesAfter -= 1) < 0) return this.#die();
          this.#handled.push(address);
          // Before the failure: what a failed attempt wrote is dropped.
          if (name === "flaky") storage.add("flaky", 1);
          if (name === "flaky" && attempt % 2 === 1) throw new Error(`flaky ${attempt}`);
          if (name === "fails" && this.#broken && given === 3) throw new Error("three");
          if (name === "writes") storage.add("n", 1);
          if (name === "writes") storage.set("last", given);
          return `${name}(${given}) in run ${this.#handled.length}`;
        },
      });
    const [fails, writes] = [work("fails"), work("writes")];
    const pair = agent({ name: "pair", run: async (given: number, context) => [await context.run(fails, given), await context.run(writes, given)] });
    return { echo: work("echo"), flaky: work("flaky"), fails, writes, pair };
  }

  #die(): Promise<never> {
    this.#disk.crash();
    this.#died?.();
    return new Promise(() => undefined);
  }

  /** Does it to both and says where they differ; undefined if nowhere. */
  async do(one: Command): Promise<string | undefined> {
    if (one.kind === "reload" || one.kind === "crash") this.#refused = undefined;
    // Once a run has stopped, whatever is asked for is refused until it is loaded again.
    const expected = this.#refused === undefined || one.kind === "mend" ? this.#naively(one) : this.#refused;
    const actual = await this.#really(one);
    return expected === actual ? this.#difference() : `${JSON.stringify(one)} gave ${actual}, expected ${expected}`;
  }

  #naively(one: Command): string {
    const naive = this.#naive;
    switch (one.kind) {
      case "call":
      case "map":
        naive.diesAfter = one.diesAfter ?? Number.POSITIVE_INFINITY;
        return this.#told(() => (one.kind === "call" ? naive.call(one.work, one.input, one.key) : naive.map(one.items)), one.kind === "call" && one.verb === "try");
      case "write":
        naive.write(one.write);
        this.#unsure.push(one.write);
        return "done";
      case "checkpoint":
        naive.checkpoint(one.status ?? naive.status, one.metadata);
        this.#sureNow();
        return "done";
      case "mend":
        naive.broken = one.broken;
        return "done";
      case "reload":
        naive.load();
        this.#sureNow();
        return "done";
      case "crash":
        // What is left is seen once the real one is loaded.
        return "done";
    }
  }

  #told(ask: () => Given, withFacts: boolean): string {
    const before = this.#naive.events.length;
    try {
      const { row, replayed } = ask();
      return `${JSON.stringify(row.value)}${withFacts ? ` replayed ${replayed} attempts ${row.attempts}` : ""}`;
    } catch (error) {
      if (error instanceof Died) {
        this.#naive.load();
        return "died";
      }
      if (error instanceof Refused) {
        this.#refused = error.message;
        return error.message;
      }
      if (error instanceof Failed) return `failed ${error.row.address}${withFacts ? ` replayed ${error.replayed} attempts ${error.row.attempts}` : ""}`;
      throw error;
    } finally {
      if (this.#naive.events.length > before) this.#sureNow();
    }
  }

  #sureNow(): void {
    this.#toSure = this.#naive.mark();
    this.#unsure = [];
  }

  async #really(one: Command): Promise<string> {
    try {
      return await this.#doneTo(one);
    } catch (error) {
      const { code, address } = error as { readonly code?: string; readonly address?: string };
      if (code === "ACTOR_FAILED" || code === "GROUP_FAILED") return `failed ${address}`;
      return code ?? String(error);
    }
  }

  async #doneTo(one: Command): Promise<string> {
    switch (one.kind) {
      case "call":
      case "map":
        return this.#mortal(one.diesAfter, () => (one.kind === "map" ? this.#map(one.items) : this.#call(one)));
      case "write": {
        const [kind, key, value] = one.write;
        if (kind === "set") this.#state.storage.set(key, value);
        else if (kind === "add") this.#state.storage.add(key, value);
        else this.#state.storage.delete(key);
        return "done";
      }
      case "checkpoint":
        await this.#state.saveCheckpoint({ ...(one.status && { status: one.status }), metadata: one.metadata });
        return "done";
      case "mend":
        this.#broken = one.broken;
        return "done";
      case "reload":
        await this.#state.close();
        await this.#load();
        return "done";
      case "crash":
        this.#disk.crash();
        await this.#load();
        this.#adoptRest();
        return "done";
    }
  }

  async #call({ verb, work, input: given, key }: Extract<Command, { kind: "call" }>): Promise<string> {
    const options = key === undefined ? {} : { key };
    if (verb === "run") return JSON.stringify(await this.#state.run(this.#actors[work], given, options));
    const result = await this.#state.try(this.#actors[work], given, options);
    return `${result.ok ? JSON.stringify(result.value) : `failed ${result.address}`} replayed ${result.replayed} attempts ${result.attempts}`;
  }

  async #map(items: readonly number[]): Promise<string> {
    return JSON.stringify(await this.#state.map(`g-${items.join("-")}`, items, this.#actors.fails, { maxWorkers: 1 }));
  }

  async #mortal(after: number | undefined, work: () => Promise<string>): Promise<string> {
    this.#diesAfter = after ?? Number.POSITIVE_INFINITY;
    const died = new Promise<string>((resolve) => {
      this.#died = () => resolve("died");
    });
    const told = await Promise.race([work(), died]);
    this.#diesAfter = Number.POSITIVE_INFINITY;
    if (told === "died") await this.#load();
    return told;
  }

  async #load(): Promise<void> {
    this.#reprise = createReprise({ backend: this.#disk });
    this.#state = await this.#reprise.load(stateId);
  }

  /** G4: of what was not acknowledged yet a prefix may be there, and nothing else. */
  #adoptRest(): void {
    const naive = this.#naive;
    const actual = `${this.#state.status} ${showStorage(contentOf(this.#state))}`;
    const writes = this.#unsure;
    this.#toSure();
    for (const write of [undefined, ...writes]) {
      if (write) naive.write(write);
      if (`${naive.status} ${showStorage(naive.storage)}` === actual) break;
    }
    naive.load();
    this.#sureNow();
  }

  #difference(): string | undefined {
    const { history, status, metadata } = this.#state;
    const naive = this.#naive;
    const pairs: readonly (readonly [what: string, actual: unknown, expected: unknown])[] = [
      ["events", history.events().map((event) => `${event.status} ${event.address} ${event.attempt}`), naive.events],
      ["calls", history.calls().map((call) => [call.address, call.status, call.attempts, call.input, call.value]), naive.all.map(summaryOf)],
      ["latest by address", naive.all.map(({ address }) => history.get(address)?.attempts), naive.all.map(({ attempts }) => attempts)],
      ["status", status, naive.status],
      ["metadata", metadata, naive.metadata],
      ["storage", showStorage(contentOf(this.#state)), showStorage(naive.storage)],
      ["handlers", this.#handled, naive.handled],
    ];
    for (const [what, actual, expected] of pairs) {
      const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
      if (got !== wanted) return `${what}:\n  expected ${wanted}\n  got      ${got}`;
    }
    return undefined;
  }
}

function summaryOf(row: Row): unknown[] {
  return [row.address, row.state, row.attempts, row.input, row.state === "completed" ? row.value : undefined];
}

function contentOf({ storage }: ExecutionState): Map<string, number> {
  return new Map(storage.keys().map((key) => [key, storage.get<number>(key) ?? 0]));
}

function showStorage(storage: ReadonlyMap<string, number>): string {
  return JSON.stringify([...storage].toSorted());
}
