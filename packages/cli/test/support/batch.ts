import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { main, processTerminal } from "../../src/index.ts";

// Many uses of the command in one process, one after the other: a process for each would be most of the time.
interface Batch {
  readonly backend: string;
  readonly directory: string;
  /** Directory or file of the store. */
  readonly place: string;
  readonly commands: readonly (readonly string[])[];
}

/** What the files of a store hold. SQLite's `-wal` and `-shm` come and go with whoever reads. */
function contentOf(place: string): string {
  const hash = createHash("sha256");
  const add = (path: string): void => {
    if (!existsSync(path)) return void hash.update(`${path} is missing`);
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).toSorted()) add(join(path, name));
    else hash.update(path).update(readFileSync(path));
  };
  add(place);
  return hash.digest("hex");
}

let input = "";
for await (const chunk of process.stdin.setEncoding("utf8")) input += String(chunk);
const { backend, directory, place, commands } = JSON.parse(input) as Batch;

const results: object[] = [];
for (const words of commands) {
  let [stdout, stderr] = ["", ""];
  const before = contentOf(place);
  const code = await main(words, {
    ...processTerminal(),
    out: (text) => void (stdout += `${text}\n`),
    outBytes: (bytes) => void (stdout += `${bytes.length} bytes\n`),
    note: (text) => void (stderr += `${text}\n`),
    columns: undefined,
    ask: undefined,
    directory,
    environment: (name) => (name === "REPRISE_BACKEND" ? backend : undefined),
  });
  results.push({ code, stdout, stderr, changed: contentOf(place) !== before });
}
process.stdout.write(JSON.stringify(results));
