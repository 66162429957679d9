import type { RestartedRecord, StartedRecord } from "../journal/journal-record.ts";
import { isThenable } from "../values/is-thenable.ts";
import type { AttemptOutcome, Call } from "./call.ts";
import { ScopeClosedError } from "../errors/call-errors.ts";
import type { LeafContext } from "../actors/context.ts";
import { AttemptTimer, isLimited } from "./attempt-timer.ts";
import { LeafCallContext } from "./leaf-context.ts";
import { cancel, complete, fail } from "./outcome.ts";
import { validated } from "./schema.ts";
import { revealInput } from "./reveal-input.ts";
import { StorageView } from "./storage-view.ts";

/** Records the start of a new leaf and runs it once that is acknowledged (rule H4). */
export function beginLeaf(call: Call, record: StartedRecord): void {
  const seq = call.engine.append([record], levelOf(call), () => runLeaf(call));
  call.engine.bind(call, seq);
}

/** Begins another attempt of a recorded leaf: after a failure, or where an attempt was lost. */
export function restartLeaf(call: Call): void {
  const { engine, node } = call;
  const record: RestartedRecord = { k: "restarted", at: engine.now(), c: node.id, n: node.attempt + 1 };
  engine.append([record], levelOf(call), () => runLeaf(call));
  if (call.scope === engine.top) engine.storage.withdraw(node);
}

// R11: what must not happen twice is known to have started before it runs, even after a power loss.
function levelOf(call: Call): "start" | "firm" {
  return call.spec.actor?.repeatable === false ? "firm" : "start";
}

/** Runs the handler of a leaf whose attempt has begun. */
export function runLeaf(call: Call): void {
  if (call.state !== "open" || call.engine.stopped !== undefined) return;
  if (call.abortReason !== undefined) return cancel(call, call.abortReason);
  new LeafAttempt(call).run();
}

/** One try of a leaf, from the start of its handler to its outcome. */
class LeafAttempt {
  readonly #call: Call;
  readonly #storage: StorageView;
  readonly #context: LeafCallContext;
  readonly #timer: AttemptTimer | undefined;
  #timeout: Error | undefined;
  #stopGrace: (() => void) | undefined;
  #ended = false;

  constructor(call: Call) {
    this.#call = call;
    this.#storage = new StorageView(call.scope.storage);
    this.#context = new LeafCallContext(call, this.#storage);
    this.#timer = isLimited(call) ? new AttemptTimer(call, (error) => this.#timeOut(error)) : undefined;
  }

  run(): void {
    const call = this.#call;
    if (!call.ran) call.engine.reuse.executed();
    call.ran = true;
    call.atWork = true;
    call.handled = call.node.opening;
    call.onAbort = (reason) => this.#abort(reason);
    call.onDrop = () => this.#stop();
    this.#timer?.start();
    try {
      const result = this.#invoke();
      if (isThenable(result)) void Promise.resolve(result).then((value) => this.#settle({ value }), (error: unknown) => this.#settle({ error }));
      else this.#settle({ value: result });
    } catch (error) {
      this.#settle({ error });
    }
  }

  #invoke(): unknown {
    const call = this.#call;
    const { node, spec } = call;
    const handler = spec.actor?.handler as (input: unknown, context: LeafContext) => unknown;
    const schema = spec.actor?.inputSchema;
    const input = revealInput(call);
    const given = input instanceof Promise ? input.then((revealed) => validated(schema, revealed, node.address, "input")) : validated(schema, input, node.address, "input");
    if (!(given instanceof Promise)) return handler(given, this.#context);
    return given.then((checked) => {
      // A secret or an asynchronous schema may come after the attempt has ended: what it was for must not happen any more.
      const over = this.#timeout ?? call.abortReason ?? (this.#ended || call.state !== "open" ? new ScopeClosedError(node.address) : undefined);
      if (over !== undefined) throw over;
      return handler(checked, this.#context);
    });
  }

  #settle(outcome: AttemptOutcome): void {
    const call = this.#call;
    if (this.#ended || call.state !== "open") return call.engine.late(call);
    this.#ended = true;
    call.onAbort = undefined;
    const checking = this.#record(outcome);
    if (checking === undefined) this.#over();
    else void checking.then(() => this.#over());
  }

  /** Records what the attempt has come to; a promise while an asynchronous output schema is at work, for which its time goes on (rule T5). */
  #record(outcome: AttemptOutcome): Promise<void> | undefined {
    const call = this.#call;
    this.#context.close();
    // A result that comes inside the grace of an ending parent, or of an interruption, is kept: it was paid for (rules I1, I2).
    if (call.beside === undefined && this.#timeout === undefined && "value" in outcome) return complete(call, outcome.value, { storage: this.#storage });
    this.#stop();
    if (call.beside !== undefined) call.beside(this.#timeout === undefined ? outcome : { error: this.#timeout }, this.#storage);
    else if (this.#timeout !== undefined || "value" in outcome) fail(call, this.#timeout);
    else if (call.abortReason !== undefined) cancel(call, call.abortReason);
    else fail(call, outcome.error);
    return undefined;
  }

  #over(): void {
    this.#stop();
    this.#call.atWork = false;
    this.#call.engine.interruption.settled(this.#call);
  }

  /** Whoever is told to end is not also late. */
  #abort(reason: Error): void {
    if (this.#call.engine.interruption.signal !== undefined) this.#timer?.stop();
    this.#context.abort(reason);
  }

  /** Nothing more comes of it: no timer, no write. */
  #stop(): void {
    this.#timer?.stop();
    this.#stopGrace?.();
    this.#context.close();
  }

  /** The handler is told, and given the grace to end before the failure is recorded: no attempt overlaps the next. */
  #timeOut(error: Error): void {
    // The handler has ended: it is the schema that takes too long.
    if (this.#ended) return fail(this.#call, error);
    this.#timeout = error;
    this.#context.abort(error);
    this.#stopGrace = this.#call.engine.after(this.#call.engine.options.graceMs, () => this.#settle({ error }));
  }
}
