/**
 * "make" for pipelines: one prompt is edited, and only what depends on it runs again.
 *
 *     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source examples/incremental.ts
 */
import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, llm, ReplayMode, tool } from "@reprise/core";

const reprise = createReprise({ backend: memoryBackend() });

const ran: string[] = [];
const fetchPage = tool({
  name: "fetch_page",
  run: (url: string) => {
    ran.push(`fetch_page ${url}`);
    return `text of ${url}`;
  },
});
/** The prompt belongs to the version: an edited prompt is another version. */
const summarise = (prompt: string, version: string) =>
  llm({
    name: "summarise",
    version,
    run: (text: string) => {
      ran.push("summarise");
      return `${prompt}: ${text.slice(0, 12)}`;
    },
  });
const title = llm({
  name: "title",
  run: (summary: string) => {
    ran.push("title");
    return summary.split(" ").length > 5 ? "A long story" : "A short story";
  },
});
const review = (summariser: ReturnType<typeof summarise>) =>
  agent({
    name: "review",
    run: async (urls: readonly string[], context) => {
      const pages = await context.map("pages", urls, fetchPage);
      const summary = await context.run(summariser, pages.join(" "));
      return { title: await context.run(title, summary), summary };
    },
  });

const urls = ["/a", "/b", "/c"];
const passes = [
  ["first pass", review(summarise("In short", "1"))],
  ["nothing changed", review(summarise("In short", "1"))],
  ["prompt edited", review(summarise("In one sentence", "2"))],
  ["edit taken back", review(summarise("In short", "1"))],
] as const;
for (const [what, pipeline] of passes) {
  const outcome = await reprise.execute(pipeline, urls, { stateId: "review", mode: ReplayMode.INCREMENTAL });
  const { executed, reused } = outcome.reuse;
  console.log(`${what}: ${executed} executed, ${reused} reused; ran: ${ran.splice(0).join(", ") || "nothing"}`);
  if (outcome.status === "completed") console.log(`  ${outcome.value.summary}`);
}

// Another input for the whole pipeline: the pages that were already there are not fetched again.
const longer = await reprise.execute(review(summarise("In short", "1")), ["/a", "/new", "/b", "/c"], { stateId: "review", mode: ReplayMode.INCREMENTAL });
console.log(`a page more: ${longer.status}; ran: ${ran.splice(0).join(", ")}`);

await reprise.close();

/* Prints:
first pass: 5 executed, 0 reused; ran: fetch_page /a, fetch_page /b, fetch_page /c, summarise, title
  In short: text of /a t
nothing changed: 0 executed, 5 reused; ran: nothing
  In short: text of /a t
prompt edited: 2 executed, 3 reused; ran: summarise, title
  In one sentence: text of /a t
edit taken back: 0 executed, 5 reused; ran: nothing
  In short: text of /a t
a page more: completed; ran: fetch_page /new, summarise
*/
