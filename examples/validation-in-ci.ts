/**
 * A recorded run as a regression test: every step is executed again with its recorded input and compared with its record.
 * Nothing is written, no lease is taken, and what must not happen twice does not happen.
 *
 *     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source examples/validation-in-ci.ts
 *
 * In a CI job, set the exit code: process.exitCode = outcome.validation.exitCode
 */
import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, llm, ReplayMode, tool } from "@reprise/core";

const reprise = createReprise({ backend: memoryBackend() });

/** `drift` stands for a change that nobody noticed, in one city only. */
const pipelineWith = ({ drift }: { readonly drift: number }) => {
  const geocode = tool({ name: "geocode", run: (city: string) => ({ city, latitude: city.length * 10 }) });
  const weather = tool({
    name: "weather",
    run: ({ city, latitude }: { readonly city: string; readonly latitude: number }) => ({
      city,
      days: [{ high: latitude }, { high: latitude + 1 + (city === "Rome" ? drift : 0) }],
    }),
  });
  // A model does not say the same twice: only the shape of its answer is checked.
  const advise = llm({ name: "advise", determinism: "non_deterministic", run: (highs: string) => `${highs}: take a coat ${Math.random()}` });
  const notify = tool({ name: "notify", repeatable: false, run: (text: string) => text.length > 0 });
  return agent({
    name: "forecast",
    run: async (cities: readonly string[], context) => {
      const forecasts = await context.map("cities", cities, async (city, branch) => branch.run(weather, await branch.run(geocode, city)));
      const advice = await context.run(advise, forecasts.map(({ days }) => days[0]?.high).join(", "));
      await context.run(notify, advice);
      return forecasts.length;
    },
  });
};

await reprise.execute(pipelineWith({ drift: 0 }), ["Oslo", "Rome", "Lisbon"], { stateId: "golden" });

for (const drift of [0, 3]) {
  const { validation } = await reprise.resume(pipelineWith({ drift }), "golden", { mode: ReplayMode.VALIDATION });
  console.log(`drift ${drift}: exit code ${validation?.exitCode}`);
  console.log(validation?.toText());
}

await reprise.close();

/* Prints:
drift 0: exit code 0
run golden: as recorded (12 same, 1 served)
drift 3: exit code 1
run golden: differs from its record (11 same, 1 value, 1 served)
value forecast::cities{1}::weather::tool_call
  value.days[1].high: 41 -> 44
*/
