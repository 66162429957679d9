/**
 * A flow: routines joined by connections, a retry, a person who is asked, and the job handed over to another host as JSON.
 *
 *     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source examples/flow.ts
 */
import { memoryBackend } from "@reprise/backend-memory";
import { createReprise } from "@reprise/core";
import { agentRoutine, aggregator, defineFlow, flowRegistry, loadFlow, named, output, routine, slot } from "@reprise/flow";
import { z } from "zod";

const Page = z.object({ url: z.string(), text: z.string() });

/** What every host has: the code, by name. */
function registryOf(host: string) {
  const search = routine({
    name: "search",
    slots: { topic: z.string() },
    outputs: { page: Page },
    run: ({ topic }, { emit }) => {
      console.log(`  ${host}: search`);
      for (const place of ["here", "there"]) emit("page", { url: `https://example.org/${place}`, text: `${topic}, seen from ${place}` });
    },
  });
  const summarise = routine({
    name: "summarise",
    type: "llm",
    slots: { text: slot<string>() },
    outputs: { summary: output<string>() },
    errorHandler: { strategy: "retry", maxRetries: 4, retryDelayMs: 30, retryBackoff: 1.5 },
    run: ({ text }, { attempt }) => {
      if (text.includes("there") && attempt < 3) throw new Error("the model is busy");
      console.log(`  ${host}: summarise "${text}"${attempt > 1 ? `, attempt ${attempt}` : ""}`);
      return text.toUpperCase();
    },
  });
  const report = aggregator({ name: "report", with: (summaries: string[]) => summaries.toSorted().join("; ") });
  const approve = agentRoutine({
    name: "approve",
    slots: { draft: slot<string>() },
    outputs: { published: output<string>(), rejected: output<string>() },
    run: async ({ draft }, context) => {
      const approved = await context.waitFor("approval", { schema: z.boolean(), prompt: draft });
      context.emit(approved ? "published" : "rejected", draft);
    },
  });
  return { search, summarise, report, approve, textOf: named("textOf", (page: z.infer<typeof Page>) => page.text) };
}

// Host A defines the flow and runs it, until a person is needed.
const here = registryOf("host A");
const research = defineFlow({ id: "research" })
  .add(here.search)
  .add(here.summarise)
  .add(here.report)
  .add(here.approve)
  .connect("search.page", "summarise.text", { map: here.textOf })
  .connect("summarise.summary", "report.input")
  .connect("report.output", "approve.draft")
  .build();
console.log("On host A:");
const hostA = createReprise({ backend: memoryBackend() });
const job = await research.on(hostA).start("sagas", { jobId: "job-1" });
const waiting = await job.done();
console.log(`  ${waiting.status}${waiting.status === "awaiting" ? ` for ${waiting.pending[0]?.name}: ${String(waiting.pending[0]?.prompt)}` : ""}`);
console.log(research.toMermaid(await job.serialize()).trimEnd());

// Definition and job travel apart, as JSON.
const definition = JSON.stringify(research.serialize());
const moved = JSON.stringify(await job.handOff({ to: "host B" }));
await hostA.close();

// Host B has the same code and a store of its own.
console.log("On host B:");
const { textOf, ...routines } = registryOf("host B");
const hostB = createReprise({ backend: memoryBackend() });
const jobs = loadFlow(JSON.parse(definition), flowRegistry({ routines: Object.values(routines), functions: { textOf } })).on(hostB);
const { jobId } = await jobs.import(JSON.parse(moved));
await hostB.answer(jobId, "approval", true);
const outcome = await (await jobs.resume(jobId)).done();
console.log(`  ${outcome.status}`, outcome.status === "completed" ? outcome.outputs["approve.published"] : outcome);
const { routines: states } = await jobs.state(jobId);
console.log(`  summarise: ${states["summarise"]?.activations} activations, ${states["summarise"]?.attempts} attempts, ${states["summarise"]?.retries} retries`);
await hostB.close();

/* Prints:
On host A:
  host A: search
  host A: summarise "sagas, seen from here"
  host A: summarise "sagas, seen from there", attempt 3
  awaiting for approval: SAGAS, SEEN FROM HERE; SAGAS, SEEN FROM THERE
flowchart LR
  r0(["search<br/>completed"])
  r1["summarise<br/>completed ×2, 2 retries"]
  r2["report<br/>completed"]
  r3["approve<br/>running"]
  r0 -- "page to text through textOf" --> r1
  r1 -- "summary to input" --> r2
  r2 -- "output to draft" --> r3
  classDef running fill:#ddf4ff,stroke:#0969da,color:#0a3069
  class r3 running
  classDef completed fill:#dafbe1,stroke:#1a7f37,color:#116329
  class r0,r1,r2 completed
On host B:
  completed [ 'SAGAS, SEEN FROM HERE; SAGAS, SEEN FROM THERE' ]
  summarise: 2 activations, 4 attempts, 2 retries
*/
