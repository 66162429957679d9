/**
 * Going back: `plan` says what a rewind would do, `rewind` cuts the timeline, `fork` copies it with another output pinned, and what
 * must not happen twice is refused until it is allowed by name.
 *
 *     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source examples/timelines.ts
 */
import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, diffToText, isRepriseError, llm, tool } from "@reprise/core";

const reprise = createReprise({ backend: memoryBackend() });

const ran: string[] = [];
const offer = llm({
  name: "offer",
  run: (customer: string) => {
    ran.push("offer");
    return { customer, price: 90 + ran.length };
  },
});
const pay = tool({
  name: "pay",
  repeatable: false,
  run: ({ customer, price }: { readonly customer: string; readonly price: number }) => {
    ran.push("pay");
    return `${customer} paid ${price}`;
  },
});
const thank = tool({
  name: "thank",
  run: (receipt: string) => {
    ran.push("thank");
    return `Thank you: ${receipt}.`;
  },
});
const sale = agent({
  name: "sale",
  run: async (customer: string, context) => {
    const receipt = await context.run(pay, await context.run(offer, customer));
    return context.run(thank, receipt);
  },
});
const handlersThatRan = (): string => ran.splice(0).join(", ");

const first = await reprise.execute(sale, "Ada", { stateId: "sale" });
console.log("Sold:", first.status === "completed" && first.value, "| ran:", handlersThatRan());

const point = { address: "sale::offer::llm_call" };
const plan = await reprise.plan("sale", point);
console.log("Plan: run again", plan.rerun.join(", "));
console.log("      not repeatable", plan.nonRepeatable.join(", "));

try {
  await reprise.rewind("sale", point);
} catch (error) {
  console.log("Rewind:", isRepriseError(error) && error.code);
}
// Behind the payment there is nothing that must not happen twice.
await reprise.rewind("sale", { address: "sale::thank::tool_call" });
const thanked = await reprise.resume(sale, "sale");
console.log("Rewound:", thanked.status === "completed" && thanked.value, "| ran:", handlersThatRan());

// What if the offer had been another one? The copy may pay again, because we say so.
const { stateId: cheaper } = await reprise.fork("sale", {
  stateId: "sale-cheaper",
  pin: { "sale::offer::llm_call": { customer: "Ada", price: 10 } },
  allowRepeat: ["sale::pay::tool_call"],
});
const repriced = await reprise.resume(sale, cheaper);
console.log("Forked:", repriced.status === "completed" && repriced.value, "| ran:", handlersThatRan());

const children = await reprise.list({ parentStateId: "sale" });
console.log("Lineage:", children.rows.map(({ stateId, parentStateId }) => `${stateId} comes from ${parentStateId}`).join("; "));

console.log("\nThe fork against its parent:");
console.log(diffToText(await reprise.diff({ stateId: "sale" }, { stateId: cheaper })));

await reprise.close();

/* Prints:
Sold: Thank you: Ada paid 91. | ran: offer, pay, thank
Plan: run again sale::offer::llm_call, sale::pay::tool_call, sale::thank::tool_call
      not repeatable sale::pay::tool_call
Rewind: NOT_REPEATABLE
Rewound: Thank you: Ada paid 91. | ran: thank
Forked: Thank you: Ada paid 10. | ran: pay, thank
Lineage: sale-cheaper comes from sale

The fork against its parent:
sale at 16 -> sale-cheaper at 12
changed calls: 4
  ~ sale::agent_call
      value: "Thank you: Ada paid 91." -> "Thank you: Ada paid 10."
  ~ sale::offer::llm_call
      value.price: 91 -> 10
  ~ sale::pay::tool_call
      input.price: 91 -> 10
      value: "Ada paid 91" -> "Ada paid 10"
  ~ sale::thank::tool_call
      input: "Ada paid 91" -> "Ada paid 10"
      value: "Thank you: Ada paid 91." -> "Thank you: Ada paid 10."
changed metadata: 1
  + "parentStateId": "sale"
*/
