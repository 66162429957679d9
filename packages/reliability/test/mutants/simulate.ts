// The process that plays a simulation of backend-fs on a copy of the package: `node simulate.ts <copy> <simulation> <seeds>`.
// Ends with 0 if no seed found anything, with 1 if one did.
import { pathToFileURL } from "node:url";

const simulations = {
  crashes: { file: "test/crash-simulation.ts", play: "simulateCrashes" },
  collections: { file: "test/collect-simulation.ts", play: "simulateCollections" },
} as const;

const [copy = "", name = "", seeds = "0"] = process.argv.slice(2);
const { file, play } = simulations[name as keyof typeof simulations];
const simulation = (await import(pathToFileURL(`${copy}/${file}`).href)) as { readonly [name: string]: (seed: number) => Promise<number> };
for (let seed = 1; seed <= Number(seeds); seed += 1) {
  try {
    await simulation[play]?.(seed);
  } catch (error) {
    process.stdout.write(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
