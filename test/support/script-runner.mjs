// Imports the scripts it is given one after the other, each in its own folder, and prints as JSON what each has logged: a process for each would cost more than all of them.
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "node:util";

const logged = [];
for (const script of process.argv.slice(2)) {
  const lines = [];
  console.log = (...values) => void lines.push(format(...values));
  process.chdir(dirname(script));
  try {
    await import(pathToFileURL(script).href);
  } catch (error) {
    lines.push(`failed: ${error.stack}`);
  }
  logged.push(lines.join("\n"));
}
process.stdout.write(`\n${JSON.stringify(logged)}\n`, () => process.exit(0));
