/**
 * Runs as part of an app of your own, with Hono: the handler takes web requests, so that one line mounts it wherever those come from.
 * Here it stands below `/reprise`, shows values, and asks for a token even of those who only look.
 *
 *     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source examples/http-hono.ts
 */
import { memoryBackend } from "@reprise/backend-memory";
import { createReprise, tool } from "@reprise/core";
import { createHandler, toServerSentEvents } from "@reprise/http";
import { Hono } from "hono";
import { serve } from "./support/node-server.ts";

const reprise = createReprise({ backend: memoryBackend() });
const greet = tool({ name: "greet", run: (name: string) => `Hello ${name}` });
const readToken = "for-those-who-may-look";
const handler = createHandler(reprise, { basePath: "/reprise", readToken, values: true });

const app = new Hono();
app.all("/reprise/*", (context) => handler(context.req.raw));
// A route of your own can begin a run and answer with its events.
app.post("/greetings/:name", (context) => {
  const name = context.req.param("name");
  const events = async function* () {
    await using state = await reprise.create({ stateId: `greeting-${name}` });
    void state.try(greet, name).then(({ ok }) => state.saveCheckpoint({ status: ok ? "completed" : "failed" }));
    yield* state.events({ signal: context.req.raw.signal });
    return state.status;
  };
  return new Response(toServerSentEvents(events(), { values: true }), { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
});

// With @hono/node-server: serve({ fetch: app.fetch, hostname: "127.0.0.1" })
const server = await serve(app.fetch);

/** The fields of what was sent that are the same each time. */
const show = (text: string): void => {
  for (const [json] of text.matchAll(/\{.*\}/gu)) {
    const { seq, status, address, value } = JSON.parse(json) as { seq?: number; status: string; address?: string; value?: unknown };
    console.log(" ", ...[seq, status, address, value].filter((part) => part !== undefined));
  }
};

console.log("POST /greetings/Ada");
show(await (await fetch(`${server.url}/greetings/Ada`, { method: "POST" })).text());

console.log("GET /reprise/runs/greeting-Ada/events, as lines of JSON");
const headers = { authorization: `Bearer ${readToken}`, accept: "application/x-ndjson" };
show(await (await fetch(`${server.url}/reprise/runs/greeting-Ada/events`, { headers })).text());

console.log("GET /reprise/runs");
const list = (await (await fetch(`${server.url}/reprise/runs`, { headers })).json()) as { runs: { stateId: string; status: string }[] };
for (const { stateId, status } of list.runs) console.log(" ", stateId, status);
console.log("Without the token:", (await fetch(`${server.url}/reprise/runs`)).status);

await server.close();
await reprise.close();

/* Prints:
POST /greetings/Ada
  2 started greet::tool_call
  3 completed greet::tool_call Hello Ada
  completed
GET /reprise/runs/greeting-Ada/events, as lines of JSON
  2 started greet::tool_call
  3 completed greet::tool_call Hello Ada
GET /reprise/runs
  greeting-Ada completed
Without the token: 401
*/
