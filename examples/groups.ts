// Side by side: a tuple or an object of results, outcomes as they come, the first good answer, and what there is when the time is up.
import { setTimeout as wait } from "node:timers/promises";
import { agent, createReprise, GroupTimeoutError, tool } from "@reprise/core";

const latencyMs: Record<string, number> = { london: 40, paris: 2, rome: 400 };
const weather = tool({
  name: "weather",
  run: async (city: string, { signal }) => {
    const ms = latencyMs[city];
    if (ms === undefined) throw new Error(`there is no ${city}`);
    await wait(ms, undefined, { signal });
    return `${city}: rain`;
  },
});

const reprise = createReprise();
const state = await reprise.create();

// Functions of different types, under names of their own.
const { first, count } = await state.parallel("two things", {
  first: (branch) => branch.run(weather, "paris"),
  count: async () => Object.keys(latencyMs).length,
});
console.log(`${first}, one of ${count} cities`);

// Each outcome as it comes; a failure is one, too.
for await (const outcome of state.map("cities", ["london", "atlantis", "paris"], weather).stream()) {
  console.log(`${outcome.index}: ${outcome.ok ? outcome.value : "failed"}`);
}

// Whoever leaves the loop ends the group: the others are aborted, and recorded as cancelled.
const fastest = agent({
  name: "fastest",
  run: async (cities: string[], context) => {
    for await (const outcome of context.map("race", cities, weather).stream()) if (outcome.ok) return outcome.value;
    return "no answer";
  },
});
console.log(`The first: ${await state.run(fastest, ["rome", "paris", "london"])}`);
const race = state.history.calls({ type: "branch", under: "fastest" });
console.log(race.map(({ input, status }) => `${String(input)} ${status}`).join(", "));

// A limit of time for the whole keeps what had ended.
try {
  await state.map("in time", ["paris", "rome"], weather, { timeoutMs: 150 });
} catch (error) {
  if (!(error instanceof GroupTimeoutError)) throw error;
  console.log(`In time: ${error.outcomes.map((outcome) => (outcome.ok ? outcome.value : "nothing")).join(", ")}`);
}
await state.close();
await reprise.close();

/* Prints:
paris: rain, one of 3 cities
1: failed
2: paris: rain
0: london: rain
The first: paris: rain
rome cancelled, paris completed, london cancelled
In time: paris: rain, nothing
*/
