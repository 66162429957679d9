import type { CallNode } from "../history/call-node.ts";
import type { Call } from "./call.ts";
import type { Engine } from "./engine.ts";
import { hashOf } from "./fingerprint.ts";
import { Matcher } from "./matcher.ts";
import type { StorageView } from "./storage-view.ts";

/** How a scope is opened. */
export interface ScopeSettings {
  readonly engine: Engine;
  /** The call whose code runs in it; undefined at the top of the run. */
  readonly call: Call | undefined;
  readonly node: CallNode | undefined;
  readonly storage: StorageView;
  /** The records this opening can see. */
  readonly visible: readonly CallNode[];
  readonly strict: boolean;
  readonly knownCode: boolean;
  /** Seq of the record that opened it. */
  readonly opening: number;
}

/** One running attempt of code that calls: an agent, a branch, a group, or the top of a run. Passed down explicitly (rule A2). */
export class Scope {
  readonly engine: Engine;
  readonly call: Call | undefined;
  readonly node: CallNode | undefined;
  readonly storage: StorageView;
  readonly matcher: Matcher;
  readonly opening: number;
  /** Calls without a released outcome. */
  readonly open = new Set<Call>();
  /** Its handler has ended, or it was aborted: it issues nothing more. */
  closing = false;
  /** Called when the last open call has gone. */
  onEmpty: (() => void) | undefined;
  /** Why it was told to end; what `ctx.signal` is aborted with. */
  abortReason: Error | undefined;
  /** Made when `ctx.signal` is first read. */
  #controller: AbortController | undefined;
  /** Its code was told of the end through a call that it was refused or that was cancelled: a value it still gives is not what it would have been. */
  disturbed = false;
  /** Rule A4 is warned about once. */
  warnedOuter = false;

  constructor(settings: ScopeSettings) {
    this.engine = settings.engine;
    this.call = settings.call;
    this.node = settings.node;
    this.storage = settings.storage;
    this.opening = settings.opening;
    const { policy, options, system, pass } = settings.engine;
    const rules = { strict: settings.strict, knownCode: settings.knownCode, validating: policy.compare ? policy.inputs : undefined, aliases: options.aliases, remaking: pass !== undefined };
    this.matcher = new Matcher(settings.visible, rules, (text) => hashOf(text, system));
    // An attempt that is retried may well go another way than the one before; whoever resumes a run expects it not to.
    if (settings.visible.length > 0 && (settings.node?.openingKind !== "retry" || settings.engine.policy.compare)) this.engine.reporting.set(settings.node, this);
  }

  /** Path of the scope in addresses; undefined at the top. */
  get path(): string | undefined {
    return this.node?.path;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.abortReason !== undefined) this.#controller.abort(this.abortReason);
    }
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    if (this.abortReason !== undefined) return;
    this.abortReason = reason;
    this.#controller?.abort(reason);
  }

  /** Takes a call off whose outcome was released. */
  leave(call: Call): void {
    this.open.delete(call);
    if (this.open.size === 0) this.onEmpty?.();
  }

  /** Is this scope inside a branch that is itself inside `outer`? */
  isBranchWithin(outer: Scope): boolean {
    const around = this.call?.scope;
    if (around === undefined) return false;
    return this.node?.type === "branch" ? around.isWithin(outer) : around.isBranchWithin(outer);
  }

  /** Is this `outer` or a scope inside it? */
  isWithin(outer: Scope): boolean {
    return this === outer || this.call?.scope.isWithin(outer) === true;
  }
}
