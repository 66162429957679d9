import type { Artifacts } from "../actors/artifacts.ts";
import type { LeafContext, Storage } from "../actors/context.ts";
import { ScopeClosedError } from "../errors/call-errors.ts";
import type { Call } from "./call.ts";
import { artifactsFacade } from "./artifacts-facade.ts";
import { canonical } from "./match-queue.ts";
import { storageFacade } from "./storage-facade.ts";
import type { StorageView } from "./storage-view.ts";

/** What a leaf's handler gets; parts that cost something are made when they are first read. */
export class LeafCallContext implements LeafContext {
  readonly attempt: number;
  readonly #call: Call;
  readonly #view: StorageView;
  #storage: Storage | undefined;
  #artifacts: Artifacts | undefined;
  #controller: AbortController | undefined;
  #abortReason: Error | undefined;
  #log: LeafContext["log"] | undefined;
  #closed = false;

  constructor(call: Call, view: StorageView) {
    this.#call = call;
    this.#view = view;
    this.attempt = call.node.attempt;
  }

  get address(): string {
    return this.#call.node.address;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get idempotencyKey(): string {
    const { engine, node } = this.#call;
    return engine.system.sha256(new TextEncoder().encode(JSON.stringify([engine.stateId, node.timeline, node.address, canonical(node.input)])));
  }

  get storage(): Storage {
    return (this.#storage ??= storageFacade(this.#view, { values: this.#call.engine.values, beforeWrite: () => this.#beforeWrite() }));
  }

  get artifacts(): Artifacts {
    const { values, contents } = this.#call.engine;
    // What a leaf does between its start and its end is not replayed, so it need not wait at the gate.
    return (this.#artifacts ??= artifactsFacade(this.#view, { values, contents, beforeWrite: () => this.#beforeWrite(), deliver: async (read) => read }));
  }

  // An arrow function, so that `const { log } = context` works like the other parts.
  get log(): LeafContext["log"] {
    return (this.#log ??= (message, data) => this.#call.engine.actorLog(this.address, message, data));
  }

  #beforeWrite(): void {
    if (this.#closed) throw new ScopeClosedError(this.address);
  }

  /** Tells the handler to end. */
  abort(reason: Error): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  /** The attempt has ended: nothing more is written. */
  close(): void {
    this.#closed = true;
  }
}
