/**
 * Runs over HTTP with nothing but `node:http`: a page follows a run as server-sent events, goes away, comes back where it was, and
 * answers what the run waits for. The server runs no agents; whoever does may be another process on the same backend.
 *
 *     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source examples/http-server.ts
 */
import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, llm } from "@reprise/core";
import { createHandler } from "@reprise/http";
import { serve } from "./support/node-server.ts";

const draft = llm({ name: "draft", run: (topic: string) => `A text about ${topic}.` });
const writer = agent({
  name: "writer",
  run: async (topic: string, context) => {
    const text = await context.run(draft, topic);
    return (await context.waitFor<boolean>("approval", { prompt: text })) ? text : "rejected";
  },
});

const reprise = createReprise({ backend: memoryBackend() });
const token = "a-token-from-your-configuration";
const server = await serve(createHandler(reprise, { token }));
const runs = `${server.url}/runs`;

/** Prints the events of the run from where it was left, until one of them is as wanted; gives the id of the last one. */
async function follow(lastEventId: string, wanted: string): Promise<string> {
  const response = await fetch(`${runs}/run-1/events`, { headers: { "last-event-id": lastEventId } });
  if (response.body === null) throw new Error(`${response.status}`);
  let text = "";
  let last = lastEventId;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      last = /^id: (?<id>\d+)$/mu.exec(block)?.groups?.["id"] ?? last;
      const data = /^data: (?<json>.*)$/mu.exec(block)?.groups?.["json"];
      if (data === undefined) continue;
      const { status, address = "the run" } = JSON.parse(data) as { status: string; address?: string };
      console.log(`  ${status} ${address}`);
      // Leaving the loop closes the connection, and the server stops following the run.
      if (block.includes(wanted)) return last;
    }
  }
  return last;
}

await reprise.execute(writer, "sagas", { stateId: "run-1" });
console.log("The page follows the run, and is closed when it has to be answered:");
const last = await follow("", '"awaiting"');

console.log("The person who answers has a link with the token of the wait in it:");
const shown = (await (await fetch(`${runs}/run-1`, { headers: { authorization: `Bearer ${token}` } })).json()) as { pending: { prompt: string; token: string }[] };
const [wait] = shown.pending;
console.log(`  ${wait?.prompt}`);
const answered = await fetch(`${runs}/run-1/answers`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token: wait?.token, value: true }) });
console.log(`  ${answered.status} ${await answered.text()}`.trimEnd());

console.log("Somebody resumes what was answered, and the page comes back where it was:");
await reprise.wake([writer]);
await follow(last, "event: end");

console.log("Refused:");
const body = JSON.stringify({ wait: "approval", value: true });
for (const headers of [{ origin: "https://elsewhere.example" }, {}]) {
  const refused = await fetch(`${runs}/run-1/answers`, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
  console.log(`  ${refused.status} ${await refused.text()}`.trimEnd());
}
await server.close();
await reprise.close();

/* Prints:
The page follows the run, and is closed when it has to be answered:
  started writer::agent_call
  started writer::draft::llm_call
  completed writer::draft::llm_call
  started writer::approval::wait_call
  awaiting writer::approval::wait_call
The person who answers has a link with the token of the wait in it:
  A text about sagas.
  202 {"accepted":true}
Somebody resumes what was answered, and the page comes back where it was:
  completed writer::approval::wait_call
  completed writer::agent_call
  completed the run
Refused:
  403 {"error":{"code":"CROSS_ORIGIN","message":"requests from other origins are refused"}}
  401 {"error":{"code":"UNAUTHORIZED","message":"this needs the bearer token with which runs may be changed"}}
*/
