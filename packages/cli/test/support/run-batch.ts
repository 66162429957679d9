import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compiledCache } from "./run-reprise.ts";

/** What one use of the command left, and whether it changed the files of the store. */
export interface Used {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly changed: boolean;
}

const program = fileURLToPath(new URL("./batch.ts", import.meta.url));

/** Uses the command for each of these words, one after the other, in a process of its own. */
export function runBatch(store: string, directory: string, commands: readonly (readonly string[])[]): Promise<readonly Used[]> {
  const place = store.slice(store.indexOf(":") + 1);
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ["--conditions=@reprise/source", program], { env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: compiledCache }, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as Used[]);
      else reject(new Error(`the batch failed: ${stderr}`, { cause: error }));
    });
    child.stdin?.end(JSON.stringify({ backend: store, directory, place, commands }));
  });
}
