import { RepriseError, type AppendOptions, type StateWriter } from "@reprise/core/spi";
import { delegateWriter } from "./delegate-writer.ts";
import type { Fault } from "./fault.ts";
import { plannedFault, type Faulter } from "./faulter.ts";

/** A writer whose operations fail as planned. What leaves the journal in doubt poisons it (G8). */
export function faultyWriter(inner: StateWriter, faulter: Faulter): StateWriter {
  const { stateId } = inner;
  const controller = new AbortController();
  let poison: RepriseError | undefined;
  // Settles when all appends so far are answered: answers come in call order.
  let answered: Promise<unknown> = Promise.resolve();
  let released: Promise<void> | undefined;

  function checkPoison(): void {
    if (poison) throw new RepriseError("POISONED", `run ${stateId}: this writer failed before and acknowledges nothing more`, { cause: poison });
  }
  async function poisonWith(reason: RepriseError, before: Promise<unknown>, written: Promise<unknown>): Promise<never> {
    poison = reason;
    await Promise.all([before, written]);
    controller.abort(reason);
    throw reason;
  }
  function faulty(fault: Fault, records: readonly Uint8Array[], options: AppendOptions, before: Promise<unknown>): Promise<number> {
    switch (fault.kind) {
      case "fail":
        return poisonWith(fault.error ?? plannedFault("append", "nothing was written", { stateId }), before, before);
      case "tear": {
        const lost = new RepriseError("POISONED", `run ${stateId}: planned fault: the acknowledgement was lost`, { indeterminate: true });
        return poisonWith(lost, before, fault.done ? inner.append(records, options) : before);
      }
      case "crash": {
        const handedOver = fault.done ? inner.append(records, options) : undefined;
        const dead = faulter.crash();
        return handedOver ?? dead;
      }
      case "delay": {
        const late = before.then(() => faulter.later(fault.delayMs));
        return inner.append(records, options).then((seq) => late.then(() => seq));
      }
    }
  }
  async function append(records: readonly Uint8Array[], options: AppendOptions): Promise<number> {
    checkPoison();
    const before = answered;
    const fault = faulter.next("append");
    const answer = fault ? faulty(fault, records, options, before) : inner.append(records, options).then((seq) => before.then(() => seq));
    answered = answer.catch(() => undefined);
    return answer;
  }
  /** A sync that failed says nothing of what is stored. */
  async function synced<Result>(work: () => Promise<Result>): Promise<Result> {
    checkPoison();
    try {
      return await work();
    } catch (error) {
      if (error instanceof RepriseError && poison === undefined) return poisonWith(error, answered, Promise.resolve());
      throw error;
    }
  }
  /** A release that fails lets the run go nevertheless: nobody holds it any more. */
  async function letGo(): Promise<void> {
    try {
      await faulter.run("release", () => Promise.resolve());
    } finally {
      await inner.release();
    }
  }
  inner.signal.addEventListener("abort", () => controller.abort(inner.signal.reason), { once: true });
  const compact = inner.compact?.bind(inner);
  return delegateWriter(inner, {
    signal: controller.signal,
    append,
    recovered: (from) => faulter.stream("recovered", () => inner.recovered(from)),
    messages: () => faulter.stream("messages", () => inner.messages()),
    acknowledge: (messageId) => faulter.run("acknowledge", () => inner.acknowledge(messageId)),
    flush: () => synced(() => faulter.run("flush", () => inner.flush())),
    ...(compact && { compact: (...given: Parameters<typeof compact>) => synced(() => faulter.run("compact", () => compact(...given))) }),
    renew: async () => {
      checkPoison();
      return faulter.run("renew", () => inner.renew());
    },
    release: () => (released ??= letGo()),
  });
}
