import { RepriseError, type AppendOptions, type StateWriter, type System } from "@reprise/core/spi";
import { delegateWriter } from "./delegate-writer.ts";
import type { AppendFault } from "./faulty-backend.ts";

/** What a faulty writer needs of its backend. */
export interface FaultyWriterContext {
  /** What is to happen to the append that is asked for now. */
  nextFault(): AppendFault | undefined;
  readonly setTimer: System["setTimer"];
  crash(): void;
}

/** A writer whose appends fail as the plan says. */
export function faultyWriter(inner: StateWriter, context: FaultyWriterContext): StateWriter {
  const controller = new AbortController();
  let poison: RepriseError | undefined;
  // Settles when all appends so far are answered: answers come in call order.
  let answered: Promise<unknown> = Promise.resolve();

  function checkPoison(): void {
    if (poison) throw new RepriseError("POISONED", `run ${inner.stateId}: this writer failed before and acknowledges nothing more`, { cause: poison });
  }
  async function poisonWith(reason: RepriseError, before: Promise<unknown>, written: Promise<unknown>): Promise<never> {
    poison = reason;
    await Promise.all([before, written]);
    controller.abort(reason);
    throw reason;
  }
  function faulty(fault: AppendFault, records: readonly Uint8Array[], options: AppendOptions, before: Promise<unknown>): Promise<number> {
    const { stateId } = inner;
    switch (fault.kind) {
      case "fail":
        return poisonWith(fault.error ?? new RepriseError("IO", `run ${stateId}: planned fault: nothing was written`), before, before);
      case "tear": {
        const lost = new RepriseError("POISONED", `run ${stateId}: planned fault: the acknowledgement was lost`, { indeterminate: true });
        return poisonWith(lost, before, fault.written ? inner.append(records, options) : before);
      }
      case "crash": {
        const handedOver = fault.written ? inner.append(records, options) : undefined;
        context.crash();
        return handedOver ?? new Promise(() => undefined);
      }
      case "delay": {
        const late = before.then(() => new Promise<void>((resolve) => void context.setTimer(fault.delayMs, resolve)));
        return inner.append(records, options).then((seq) => late.then(() => seq));
      }
    }
  }
  async function append(records: readonly Uint8Array[], options: AppendOptions): Promise<number> {
    checkPoison();
    const before = answered;
    const fault = context.nextFault();
    const answer = fault ? faulty(fault, records, options, before) : inner.append(records, options).then((seq) => before.then(() => seq));
    answered = answer.catch(() => undefined);
    return answer;
  }
  const unlessPoisoned = async (operation: () => Promise<void>): Promise<void> => {
    checkPoison();
    await operation();
  };
  inner.signal.addEventListener("abort", () => controller.abort(inner.signal.reason), { once: true });
  return delegateWriter(inner, {
    signal: controller.signal,
    append,
    flush: () => unlessPoisoned(() => inner.flush()),
    renew: () => unlessPoisoned(() => inner.renew()),
  });
}
