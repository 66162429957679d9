import { statisticsOf, type History, type Reprise } from "@reprise/core";
import { Refusal } from "./refusal.ts";
import { readable, shownCall } from "./shown.ts";

type Wait = Awaited<ReturnType<Reprise["pending"]>>[number];

/** What is shown of a run: its head, what it waits for, its calls and what they come to. */
export async function runPage(reprise: Pick<Reprise, "head" | "history" | "pending">, stateId: string, how: { readonly values: boolean; readonly tokens: boolean }): Promise<object> {
  const head = await reprise.head(stateId);
  if (head === undefined) throw new Refusal(404, "NOT_FOUND", "there is no such run");
  // In this order: what a wait shows is read from the history, which then has it.
  const pending = await reprise.pending(stateId);
  const history = await reprise.history(stateId);
  return {
    run: head,
    pending: shownWaits(pending, history, how.tokens),
    statistics: statisticsOf(history),
    calls: history.calls({ redacted: true }).map((call) => shownCall(call, how.values)),
  };
}

/** H2: the prompt of a wait is what its event shows; one that the history has no more, after a rewind, waits no longer. */
function shownWaits(pending: readonly Wait[], history: History, tokens: boolean): object[] {
  const events = new Map(history.events({ type: "wait_call", status: "awaiting" }).map((event) => [event.address, event]));
  return pending.flatMap(({ token, prompt: _recorded, ...wait }) => {
    const event = events.get(wait.address);
    if (event === undefined) return [];
    // Whoever has the token of a wait may answer it: it is for those who may answer every wait.
    return [{ ...wait, ...readable("prompt", () => event.prompt), ...(tokens && { token }) }];
  });
}
