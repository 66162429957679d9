import { Session as Inspector, type Profiler } from "node:inspector/promises";
import type { Figures, Scenario } from "../scenario.ts";
import { checkWork } from "./check-work.ts";
import { openSession, warmUp } from "./measured-session.ts";
import { sourceFile } from "./source-file.ts";

const rounds = 5;
const shown = 25;
const takesPart = ["Reprise, memory", "Reprise, fs process", "Reprise, fs power", "Reprise, sqlite process", "Reprise, sqlite power"];

/** Where the time of a sequence goes: the functions with the most time of their own, each with its share in percent. */
export const profile: Scenario = {
  name: "profile",
  sizes: [1_000],
  repetitions: () => 1,
  includes: ({ name }) => takesPart.includes(name),
  async measure(measurement) {
    const { size: calls } = measurement;
    const open = await measurement.contestant.load();
    await warmUp(open, measurement);
    const { session, work } = await openSession(open, measurement, "measured");
    const inspector = new Inspector();
    inspector.connect();
    await inspector.post("Profiler.enable");
    await inspector.post("Profiler.setSamplingInterval", { interval: 100 });
    await inspector.post("Profiler.start");
    let sum = 0;
    for (let round = 0; round < rounds; round += 1) sum += await session.sequence(`run-${round}`, calls);
    const { profile } = await inspector.post("Profiler.stop");
    checkWork(work, { calls, sum, runs: rounds });
    await session.close();
    return sharesIn(profile);
  },
};

function sharesIn({ nodes, samples = [] }: Profiler.Profile): Figures {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const counts = new Map<string, number>();
  for (const sample of samples) {
    const name = names.get(sample) ?? "unknown";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const most = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, shown);
  return Object.fromEntries(most.map(([name, count]) => [name, (count / samples.length) * 100]));
}

/** `append, journal.ts of core`, `(garbage collector)`, `fdatasync, node:fs`. */
function nameOf({ functionName, ...place }: Profiler.Profile["nodes"][number]["callFrame"]): string {
  const { url } = place;
  const name = functionName === "" ? "anonymous" : functionName;
  const file = sourceFile(place);
  const owner = /packages\/(?<workspace>[\w-]+)\/dist/u.exec(url)?.groups?.["workspace"] ?? /node_modules\/(?<library>(?:@[\w.-]+\/)?[\w.-]+)\/(?!.*node_modules)/u.exec(url)?.groups?.["library"];
  if (url.startsWith("node:")) return `${name}, ${url}`;
  if (url === "") return name;
  return owner === undefined ? `${name}, ${file}` : `${name}, ${file} of ${owner}`;
}
