// Type-checked against the packed declarations.
import { agent, createReprise, tool } from "@reprise/core";
import { isRepriseError, type StateBackend, type Subscriber } from "@reprise/core/spi";

const add = tool({ name: "add", run: (n: number) => n + 1 });
const sum = agent({ name: "sum", run: async (n: number, context): Promise<number> => context.run(add, n) });

export async function main(backend: StateBackend, subscriber: Subscriber): Promise<number> {
  const reprise = createReprise({ backend, subscribers: [subscriber] });
  const outcome = await reprise.execute(sum, 1);
  if (outcome.status === "completed") return outcome.value;
  throw isRepriseError(outcome, "IO") ? outcome : new Error(outcome.status);
}
// @ts-expect-error: an input of another type is a type error
export const wrong = (): unknown => createReprise().execute(sum, "1");
