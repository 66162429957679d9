import { fsBackend, type Io } from "@reprise/backend-fs";
import { isRepriseError, type Durability, type StateBackend, type StateWriter, type StoredRecord } from "@reprise/core/spi";
import { recordText, RunModel, type Attempt } from "./run-model.ts";
import { SimDisk, systemError, type Random } from "./sim-disk.ts";
import { seededRandom, SimMachine, SimSystem } from "./sim-system.ts";

/** Turns a file system into a faulty one: the simulation must then find a violation. */
export type Mutation = (io: Io) => Io;

interface Process {
  readonly pid: number;
  readonly backend: StateBackend;
  /** From now on its I/O fails. */
  crashed: boolean;
}

interface Actor {
  readonly process: Process;
  readonly writer: StateWriter;
  readonly number: number;
  appends: number;
  expect: number;
  /** Acknowledged without a fence check while somebody may have taken over: they count once a checked append behind them does. */
  readonly unchecked: { readonly attempt: Attempt; readonly seq: number; readonly level: "power" | "process" }[];
}

const stateId = "run-1";
const generations = 8;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * Plays processes that write one run, one after the other, on a disk that loses power, with processes that are killed,
 * paused and woken up after they were replaced, syncs that fail, removals, compactions and messages. Throws on the first violation of G1-G5, G7, G11.
 * Returns how many crashes it went through.
 */
export async function simulateCrashes(seed: number, mutate: Mutation = (io) => io): Promise<number> {
  return new Simulation(seed, mutate).play();
}

class Simulation {
  readonly #random: Random;
  readonly #mutate: Mutation;
  readonly #system = new SimSystem();
  readonly #machine = new SimMachine();
  readonly #model = new RunModel();
  #disk = new SimDisk();
  #zombie: Actor | undefined;
  #writers = 0;
  #posts = 0;

  constructor(seed: number, mutate: Mutation) {
    this.#random = seededRandom(seed);
    this.#mutate = mutate;
  }

  async play(): Promise<number> {
    for (let generation = 0; generation < generations; generation += 1) {
      const process = this.#start();
      const actor = await this.#generation(process);
      this.#end(process, actor);
      await this.#look();
    }
    return generations;
  }

  /** One process: acquires the run and works until it is done or hit. Undefined if it did not come that far. */
  async #generation(process: Process): Promise<Actor | undefined> {
    let actor: Actor | undefined;
    try {
      const writer = await this.#acquire(process);
      this.#model.acquired(await textsOf(writer.recovered()), writer.epoch);
      this.#writers += 1;
      this.#model.checkMessages(await idsOf(writer));
      actor = { process, writer, number: this.#writers, appends: 0, expect: writer.lastSeq, unchecked: [] };
      if (this.#zombie !== undefined && this.#chance(0.7)) await this.#wakeZombie(this.#zombie);
      for (let round = this.#below(6); round >= 0 && !writer.signal.aborted; round -= 1) {
        await Promise.all(Array.from({ length: 1 + this.#below(3) }, () => this.#append(actor!)));
        if (this.#chance(0.2)) this.#system.advance(60);
        if (this.#chance(0.1)) await writer.compact!([], encoder.encode("-")).catch(expected);
        if (this.#chance(0.3)) await this.#post(process);
        if (this.#chance(0.1)) await this.#acknowledge(writer);
        if (this.#chance(0.1)) await writer.flush().then(() => (this.#model.durable = this.#model.known.length), expected);
      }
      if (this.#chance(0.3)) await writer.release().catch(expected);
      else if (this.#chance(0.1)) await this.#remove(actor);
    } catch (error) {
      expected(error);
    }
    return actor;
  }

  /** Sometimes the writer that is being replaced is at work at the same moment. */
  async #acquire({ backend }: Process): Promise<StateWriter> {
    const waking = this.#zombie !== undefined && this.#chance(0.3) ? this.#append(this.#zombie) : undefined;
    const [acquired] = await Promise.allSettled([backend.acquire(stateId, { owner: "sim", create: "may" })]);
    await waking;
    if (acquired.status === "rejected") throw acquired.reason;
    return acquired.value;
  }

  #start(): Process {
    const { pid, ...processes } = this.#machine.start();
    const crashAt = this.#chance(0.8) ? this.#below(70) : Number.POSITIVE_INFINITY;
    const failedSync = this.#chance(0.3) ? this.#below(12) : -1;
    const state = { crashed: false };
    let operations = 0;
    let syncs = 0;
    const io = this.#disk.io((operation, path) => {
      if (operations >= crashAt) state.crashed = true;
      if (state.crashed) throw systemError("ECRASH", path);
      operations += 1;
      if (operation !== "datasync") return;
      syncs += 1;
      if (syncs === failedSync) throw systemError("EIO", path);
    });
    // Every other process fills a segment with a few appends.
    const segmentBytes = this.#chance(0.5) ? 600 : undefined;
    // And every third finds that a few files are too many.
    const mostSegments = this.#chance(0.3) ? 1 + this.#below(4) : undefined;
    const backend = fsBackend({ dir: "/store", io: this.#mutate(io), system: this.#system, processes, ...(segmentBytes && { segmentBytes }), ...(mostSegments && { mostSegments }) });
    return Object.assign(state, { pid, backend });
  }

  async #append(actor: Actor): Promise<void> {
    const { writer, number } = actor;
    if (writer.signal.aborted) return;
    const attempt: Attempt = { writer: number, index: actor.appends, count: 1 + this.#below(3) };
    actor.appends += 1;
    const durability: Durability = this.#chance(0.6) ? "power" : "process";
    const fence = durability === "power" || this.#chance(0.5);
    const expect = actor.expect;
    actor.expect += attempt.count;
    const header = this.#chance(0.2) ? { updatedAt: expect } : undefined;
    const records = Array.from({ length: attempt.count }, (_, at) => encoder.encode(recordText(attempt, at)));
    try {
      const seq = await writer.append(records, { expect, durability, fence, ...(header && { header }) });
      actor.unchecked.push({ attempt, seq, level: durability === "power" ? "power" : "process" });
      if (!fence && actor === this.#zombie) return;
      for (const counted of actor.unchecked.splice(0)) this.#model.acknowledge(counted.attempt, counted.seq, counted.level);
    } catch (error) {
      expected(error);
    }
  }

  /** A writer that was replaced while it was paused goes on, and must not be told that anything succeeded. */
  async #wakeZombie(zombie: Actor): Promise<void> {
    if (zombie.writer.signal.aborted) return;
    const record = encoder.encode("late");
    const acknowledged = await zombie.writer.append([record], { expect: zombie.expect }).then(() => true, () => false);
    if (acknowledged) throw new Error(`epoch ${zombie.writer.epoch} was acknowledged after epoch ${this.#model.epoch} was acquired`);
  }

  /** Somebody leaves a message: the holder's process or another one. */
  async #post(process: Process): Promise<void> {
    const { backend } = this.#chance(0.5) ? process : this.#startReader();
    this.#posts += 1;
    const id = `m${this.#posts}`;
    this.#model.attempted.add(id);
    try {
      await backend.post(stateId, id, encoder.encode(id));
      this.#model.posted.add(id);
    } catch (error) {
      expected(error);
    }
  }

  async #acknowledge(writer: StateWriter): Promise<void> {
    const [id] = this.#model.posted;
    if (id === undefined) return;
    this.#model.posted.delete(id);
    await writer.acknowledge(id);
  }

  async #remove({ process, writer }: Actor): Promise<void> {
    this.#model.removing = true;
    await process.backend.remove(stateId, this.#chance(0.5) ? { writer } : { force: true });
    this.#model.removing = false;
    this.#model.removedForGood(this.#writers);
  }

  /** How the process ends: power loss, death, or not at all: it is only taken for dead. */
  #end(process: Process, actor: Actor | undefined): void {
    const fate = this.#random();
    if (fate < 0.45) {
      process.crashed = true;
      if (this.#zombie !== undefined) this.#zombie.process.crashed = true;
      this.#zombie = undefined;
      this.#disk = this.#disk.afterPowerLoss(this.#random);
      this.#machine.restart();
      this.#model.losePower();
      return;
    }
    this.#machine.end(process.pid);
    if (fate < 0.7 || actor === undefined || actor.writer.signal.aborted) process.crashed = true;
    else this.#zombie = actor;
  }

  /** Somebody without a lease reads the run. */
  async #look(): Promise<void> {
    const { pid, backend } = this.#startReader();
    this.#model.observe(await textsOf(backend.read(stateId)).catch(unlessMissing));
    this.#machine.end(pid);
  }

  #startReader(): { readonly pid: number; readonly backend: StateBackend } {
    const { pid, ...processes } = this.#machine.start();
    return { pid, backend: fsBackend({ dir: "/store", io: this.#disk.io(), system: this.#system, processes }) };
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

async function idsOf(writer: StateWriter): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id, bytes } of writer.messages()) {
    if (decoder.decode(bytes) !== id) throw new Error(`message ${id} says ${decoder.decode(bytes)}`);
    ids.push(id);
  }
  return ids;
}

async function textsOf(batches: AsyncIterable<readonly StoredRecord[]>): Promise<string[]> {
  const texts: string[] = [];
  for await (const batch of batches) {
    for (const { seq, bytes } of batch) {
      texts.push(decoder.decode(bytes));
      if (seq !== texts.length) throw new Error(`seq ${seq} stands at place ${texts.length}`);
    }
  }
  return texts;
}

/** Failures that a crash, a fault or a takeover may cause; anything else is a violation. */
function expected(error: unknown): void {
  const codes = ["IO", "POISONED", "FENCED", "NOT_FOUND", "CLOSED"] as const;
  if (codes.some((code) => isRepriseError(error, code))) return;
  throw error;
}

function unlessMissing(error: unknown): undefined {
  if (!isRepriseError(error, "NOT_FOUND")) throw error;
}
