import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkMethods, checkObject, invalid } from "../errors/invalid.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { defaultSystem, type System } from "../system.ts";
import { whenClosed } from "./close-listeners.ts";
import type { ExecutionState } from "./execution-state.ts";
import type { Reprise } from "./reprise.ts";

/** The number of each signal, of which a shell makes the exit code. */
const numbers = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;

/** A signal that asks a process to end. */
export type EndSignal = keyof typeof numbers;

/** Options of {@link interruptOnSignals}. */
export interface InterruptOnSignalsOptions {
  /** Default: `SIGINT` (Ctrl-C) and `SIGTERM`. */
  readonly signals?: readonly EndSignal[];
  /** Ends the process once everything is stored, with the exit code 128 plus the number of the signal. Default: true. */
  readonly exit?: boolean;
  /** Default: that of the runtime. */
  readonly system?: Pick<System, "onSignal" | "exit">;
}

/** What can be interrupted so: a run that is open, or all that a Reprise has open. */
export type InterruptTarget = Pick<ExecutionState, "interrupt" | "close"> | Pick<Reprise, "interruptAll" | "close">;

/**
 * Interrupts a run, or all that a Reprise has open, when the process is asked to end: checkpoints are written, leases given
 * back, and then the process ends. A second signal ends it at once. Nothing happens unless this is called; the listeners are removed when the target is
 * closed, and by the function it returns. Throws `UNSUPPORTED` where there are no signals, `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { createReprise, interruptOnSignals } from "@reprise/core";
 *
 * const reprise = createReprise();
 * interruptOnSignals(reprise);
 * await reprise.close();
 * ```
 */
export function interruptOnSignals(target: InterruptTarget, options: InterruptOnSignalsOptions = {}): () => void {
  checkObject("target", target);
  checkKnown(options, { signals: true, exit: true, system: true } satisfies OptionNames<InterruptOnSignalsOptions>);
  checkMethods("target", "a run that is open, or a Reprise", ["interruptAll" in target ? "interruptAll" : "interrupt", "close"], target);
  const { signals = ["SIGINT", "SIGTERM"], exit = true, system = defaultSystem() } = options;
  if (!areSignals(signals)) invalid("signals", `a list of ${Object.keys(numbers).join(", ")}`, signals);
  if (typeof exit !== "boolean") invalid("exit", "true or false", exit);
  const { onSignal } = system;
  if (onSignal === undefined) throw new RepriseError("UNSUPPORTED", "there are no signals here: interruptOnSignals needs a process, as Node, Bun and Deno have", { path: "system" });
  let received = false;
  const receive = (name: EndSignal): void => {
    const end = (): void => system.exit?.(128 + numbers[name]);
    if (received && exit) return end();
    received = true;
    const stored = interrupt(target, name, exit);
    if (exit) void stored.then(end, end);
  };
  const stops = signals.map((name) => onSignal.call(system, name, () => receive(name)));
  const stop = (): void => {
    for (const stopListening of stops) stopListening();
    forget();
  };
  // While the process ends by a signal, another one still ends it at once.
  const forget = whenClosed(target, () => (received && exit ? undefined : stop()));
  return stop;
}

function areSignals(signals: unknown): signals is readonly EndSignal[] {
  return Array.isArray(signals) && signals.every((name: unknown) => typeof name === "string" && Object.hasOwn(numbers, name));
}

/** Resolves when everything is stored and, if the process is to end, all who watch have been told. */
async function interrupt(target: InterruptTarget, name: EndSignal, last: boolean): Promise<void> {
  const options = { message: `the process received ${name}`, triggeredBy: name };
  if ("interruptAll" in target) await target.interruptAll(options);
  else target.interrupt(options);
  if (last) await target.close();
}
