import { statisticsOf, type Reprise } from "@reprise/core";
import { Refusal } from "./refusal.ts";
import { shownCall } from "./shown.ts";

/** What is shown of a run: its head, what it waits for, its calls and what they come to. */
export async function runPage(reprise: Pick<Reprise, "head" | "history" | "pending">, stateId: string, how: { readonly values: boolean; readonly tokens: boolean }): Promise<object> {
  const head = await reprise.head(stateId);
  if (head === undefined) throw new Refusal(404, "NOT_FOUND", "there is no such run");
  const [pending, history] = await Promise.all([reprise.pending(stateId), reprise.history(stateId)]);
  return {
    run: head,
    // Whoever has the token of a wait may answer it: it is for those who may answer every wait.
    pending: pending.map(({ token, ...wait }) => ({ ...wait, ...(how.tokens && { token }) })),
    statistics: statisticsOf(history),
    calls: history.calls().map((call) => shownCall(call, how.values)),
  };
}
