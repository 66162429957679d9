import { isRepriseError, RepriseError, type Actor, type AgentContext } from "@reprise/core";
import { codecOf } from "@reprise/core/spi";
import { endText } from "../definition/flow-plan.ts";
import { hashText, type CompiledFlow, type Route } from "../definition/compiled-flow.ts";
import { goesOn } from "../error-handler.ts";
import type { PlacedRoutine } from "../routine/activation-actor.ts";
import type { ActivationInput, ActivationResult } from "../routine/activation.ts";
import { entryValues } from "../routine/entry-values.ts";
import { emissionId, startId, type Delivery, type Passes } from "./delivery.ts";
import type { JobResult } from "./job-result.ts";
import type { ProgressBoard } from "./progress.ts";
import { ReadyQueue, type Kind } from "./ready-queue.ts";
import { RoutineQueue, type Activation } from "./routine-queue.ts";
import { thrownBy } from "./thrown-by.ts";
import { Turnstile } from "./turnstile.ts";

/**
 * The code of a job: it takes what activations emit to the slots that wait for it, and makes the next activations of that. It waits for
 * nothing but calls of its context, so all it does follows from the order in which their outcomes are released: the same on
 * every resume (rule R2). Nothing of it is stored: pending work is derived (rule F3).
 */
export class Conductor {
  readonly #flow: CompiledFlow;
  readonly #context: AgentContext;
  readonly #board: ProgressBoard;
  readonly #queues: ReadonlyMap<string, RoutineQueue>;
  readonly #turnstile: Turnstile;
  readonly #ready: ReadyQueue;
  readonly #outputs = new Map<string, unknown[]>();
  #ended = false;
  #resolve: (result: JobResult) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(flow: CompiledFlow, context: AgentContext, board: ProgressBoard) {
    this.#flow = flow;
    this.#context = context;
    this.#board = board;
    const { routines, concurrency, agentConcurrency } = flow.plan;
    this.#ready = new ReadyQueue({ leaf: concurrency, agent: agentConcurrency });
    board.begin(routines.keys(), (error) => context.log("a progress listener failed; further failures of it are not reported", error));
    const codec = codecOf(context);
    this.#queues = new Map([...routines].map(([id, placed]) => [id, new RoutineQueue(placed, flow.fed.get(id) ?? [], codec)]));
    this.#turnstile = new Turnstile(flow.graph);
  }

  /** Runs the job to its end. */
  run(input: unknown): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#step(() => this.#begin(input));
    });
  }

  /** Takes in what has happened and goes on as far as that leads. What the flow's own functions throw ends the job. */
  #step(work: () => void): void {
    if (this.#ended) return;
    try {
      work();
      do this.#pump();
      while (this.#turnstile.advance((id) => this.#close(id)));
      if (this.#turnstile.over) this.#end(() => this.#resolve({ outputs: Object.fromEntries(this.#outputs), routines: this.#board.read() }));
    } catch (error) {
      this.#end(() => this.#reject(error));
    }
  }

  #end(settle: () => void): void {
    this.#ended = true;
    settle();
  }

  #begin(input: unknown): void {
    const { id, routine } = this.#flow.entry;
    if (routine.slots.size === 0) return this.#enqueue([(this.#queues.get(id) as RoutineQueue).start()]);
    for (const [slot, value] of entryValues(routine, input)) this.#deliver(id, slot, { id: startId, value, passes: undefined });
  }

  #deliver(routine: string, slot: string, delivery: Delivery): void {
    const queue = this.#queues.get(routine) as RoutineQueue;
    const direct = queue.direct(slot, delivery);
    if (direct !== undefined) return this.#queue(direct);
    const buffer = queue.buffers.get(slot);
    if (buffer?.take(delivery) === true) {
      const key = `${routine}.${slot}~${delivery.id}`;
      void this.#context.sleep(buffer.waitMs, { key }).then(
        () => this.#step(() => buffer.timeOver(delivery) && this.#enqueue(queue.form())),
        (error: unknown) => this.#end(() => this.#reject(error)),
      );
    }
    this.#enqueue(queue.form());
  }

  #enqueue(formed: readonly Activation[]): void {
    for (const activation of formed) this.#queue(activation);
  }

  #queue(activation: Activation): void {
    this.#turnstile.enter(activation.routine);
    this.#board.count(activation.routine, "queued");
    this.#ready.push(this.#kindOf(activation.routine), activation);
  }

  #pump(): void {
    for (let next = this.#ready.take(); next !== undefined; next = this.#ready.take()) this.#start(next);
  }

  #kindOf(routine: string): Kind {
    return this.#flow.plan.routines.get(routine)?.routine.type === "agent" ? "agent" : "leaf";
  }

  #start(activation: Activation): void {
    const { routine: id, input, key } = activation;
    const actor = this.#flow.actors.get(id) as Actor<ActivationInput, ActivationResult>;
    const placed = this.#flow.plan.routines.get(id) as PlacedRoutine;
    this.#board.started(id);
    const settled = (outcome: (value: never) => void) => (value: unknown) =>
      this.#step(() => {
        this.#ready.release(this.#kindOf(id));
        this.#turnstile.leave(id);
        outcome(value as never);
      });
    void this.#context.run(actor, input, { key }).then(
      settled((emitted: ActivationResult) => this.#completed(activation, placed, emitted)),
      settled((error: unknown) => this.#failed(activation, placed, error)),
    );
  }

  #completed(activation: Activation, { id, routine }: PlacedRoutine, emitted: ActivationResult): void {
    this.#board.ended(id, "completed");
    const [only, ...others] = routine.outputs.keys();
    if (only !== undefined && others.length === 0) {
      const from = endText({ routine: id, name: only });
      for (const [position, value] of emitted.entries()) this.#route(activation, from, emissionId(activation.key, id, position, hashText), value);
      return;
    }
    const used = new Map<string, number>();
    for (let index = 0; index < emitted.length; index += 2) {
      const from = endText({ routine: id, name: emitted[index] as string });
      const position = used.get(from) ?? 0;
      used.set(from, position + 1);
      this.#route(activation, from, emissionId(activation.key, from, position, hashText), emitted[index + 1]);
    }
  }

  #failed(activation: Activation, { id, handler }: PlacedRoutine, error: unknown): void {
    // Anything else is the end of the run, and says so everywhere.
    if (!isRepriseError(error, "ACTOR_FAILED")) throw error;
    const outcome = goesOn(handler);
    this.#board.ended(id, outcome ?? "failed");
    if (outcome === undefined) throw error;
    this.#context.log(`activation ${activation.key} of ${id} failed, and the job goes on: ${error.message}`);
  }

  #route(activation: Activation, output: string, id: string, value: unknown): void {
    const routes = this.#flow.routes.get(output);
    if (routes === undefined) {
      const values = this.#outputs.get(output);
      if (values === undefined) this.#outputs.set(output, [value]);
      else values.push(value);
      return;
    }
    for (const route of routes) this.#deliver(route.to.routine, route.to.name, { id, value: mapped(route, value), passes: passing(route, activation.passes) });
  }

  /** Nothing more can come to this routine from outside its cycle; true if that made activations. */
  #close(id: string): boolean {
    const { formed, dropped } = (this.#queues.get(id) as RoutineQueue).close();
    if (dropped > 0) this.#board.count(id, "dropped", dropped);
    this.#enqueue(formed);
    return formed.length > 0;
  }
}

function mapped({ map, label }: Route, value: unknown): unknown {
  if (map === undefined) return value;
  try {
    return map(value);
  } catch (cause) {
    throw thrownBy(`the map of connection ${label}`, cause);
  }
}

/** Rule F6: a chain of deliveries passes a connection so often, and no more. */
function passing({ connection, limit, label }: Route, passes: Passes): Passes {
  if (limit === undefined) return passes;
  const count = (passes?.get(connection) ?? 0) + 1;
  if (count > limit) throw new RepriseError("LIMIT", `connection ${label} was to be passed ${count} times by one chain of deliveries: maxIterations is ${limit}`, { path: label });
  return new Map([...(passes ?? []), [connection, count]]);
}
