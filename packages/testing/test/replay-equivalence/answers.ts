import type { Reprise } from "@reprise/core";
import { isRepriseError, type ExecutionEvent, type Subscriber, type System } from "@reprise/core/spi";

/** How long after it was asked a wait is answered, in ms; undefined: never. */
export type AnswerAfter = (wait: { readonly address: string; readonly attempt: number; readonly limited: boolean }) => number | undefined;

/** A wait that was asked and is not over, and when somebody answers it. */
interface Asked {
  readonly address: string;
  readonly answerAt: number | undefined;
}

/** What is answered: which wait it is for shows in it. */
export function answerTo(wait: string): string {
  return `w.${wait}`;
}

/** What stands in front of the names of calls that the code at this address makes; nothing at the top. */
export function scopeOf(address: string): string {
  return address === "" ? "" : `${address.slice(0, address.lastIndexOf("::"))}::`;
}

/** The waits of a journal that nobody has answered, by call. */
export function askedIn(events: readonly ExecutionEvent[], answerAfter: AnswerAfter): Asked[] {
  const open = new Map<number, Asked>();
  for (const event of events) {
    if (event.type !== "wait_call") continue;
    if (event.status === "awaiting") open.set(event.call, askedBy(event, answerAfter));
    else if (event.status !== "rejected" && event.status !== "interrupted") open.delete(event.call);
  }
  return [...open.values()];
}

/** When the first of them is answered. */
export function firstAnswer(events: readonly ExecutionEvent[], answerAfter: AnswerAfter): number {
  return Math.min(...askedIn(events, answerAfter).map(({ answerAt }) => answerAt ?? Number.POSITIVE_INFINITY));
}

/** Answers the waits of a run while its process lives. */
export function answering(system: System, stateId: string, answerAfter: AnswerAfter): Subscriber & { begin(reprise: Reprise, past: readonly ExecutionEvent[]): Promise<void>; end(): void } {
  let reprise: Reprise | undefined;
  const give = async (address: string): Promise<void> => {
    try {
      await reprise?.answer(stateId, address, answerTo(address));
    } catch (error) {
      // It may have been cancelled, or have run out of time.
      if (!isRepriseError(error, "ANSWER_TOO_LATE")) throw error;
    }
  };
  const planned = new Map<string, () => void>();
  const later = ({ address, answerAt }: Asked): void => {
    // In the background: that somebody will answer keeps no process alive.
    if (answerAt !== undefined) planned.set(address, system.setTimer(answerAt - system.now(), () => void give(address), { background: true }));
  };
  return {
    attach(run) {
      run.on("event", (event) => {
        if (event.type !== "wait_call" || event.status === "rejected" || event.status === "interrupted") return;
        planned.get(event.address)?.();
        if (event.status === "awaiting") later(askedBy(event, answerAfter));
      });
    },
    async begin(own, past) {
      reprise = own;
      for (const asked of askedIn(past, answerAfter)) {
        if (asked.answerAt !== undefined && asked.answerAt <= system.now()) await give(asked.address);
        else later(asked);
      }
    },
    // Whoever looks at the run again may do so before they would have come.
    end() {
      for (const cancel of planned.values()) cancel();
    },
  };
}

function askedBy({ address, attempt, at, dueAt }: ExecutionEvent, answerAfter: AnswerAfter): Asked {
  const after = answerAfter({ address, attempt, limited: dueAt !== undefined });
  return { address, answerAt: after === undefined ? undefined : at + after };
}
