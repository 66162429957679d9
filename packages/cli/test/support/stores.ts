import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createReprise } from "@reprise/core";
import { afterAll } from "vitest";
import { failing, fetchPage, writer, type StoreKind } from "./actors.ts";

const directories: string[] = [];
afterAll(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

/** A directory of this test file alone. */
export async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "reprise-cli-"));
  directories.push(directory);
  return directory;
}

/** A store with a run that waits (`asked`), one that has ended (`done`) and one that has failed (`broken`). */
export async function filledStore(kind: StoreKind): Promise<string> {
  const place = kind.place(await newDirectory());
  const reprise = createReprise({ backend: kind.open(place) });
  await reprise.execute(writer, "home", { stateId: "asked", metadata: { tags: ["web", "nightly"], pipelineName: "pages" } });
  await reprise.execute(fetchPage, "home", { stateId: "done", metadata: { tags: ["web"] } });
  await reprise.execute(failing, "home", { stateId: "broken" });
  await reprise.close();
  return `${kind.kind}:${place}`;
}

/** A run of this store whose process was killed while it paid. */
export async function runKilledWhilePaying(store: string, stateId: string): Promise<void> {
  const program = fileURLToPath(new URL("./die-paying.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@reprise/source", program, store, stateId], { stdio: "inherit" });
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  if (signal !== "SIGKILL") throw new Error("it did not come to paying");
}

/** A configuration with the actors that runs of `filledStore` are resumed with, in a directory of its own. */
export async function configFor(store: string): Promise<string> {
  const path = join(await newDirectory(), "reprise.config.mjs");
  const source = (relative: string): string => JSON.stringify(new URL(relative, import.meta.url).href);
  await writeFile(path, `import { createReprise } from ${source("../../../core/src/index.ts")};
import { backendAt, writer } from ${source("./actors.ts")};
export const reprise = createReprise({ backend: backendAt(${JSON.stringify(store)}) });
export const actors = [writer];
`);
  return path;
}

/** The prompt of the wait of `asked`: no other record of a store has it. */
const onlyInAsked = "Publish?";

/** Changes one byte of a record of `asked`, and of the copies that SQLite leaves in what it has freed. */
export async function damage(store: string): Promise<void> {
  const place = store.slice(store.indexOf(":") + 1);
  const names = (await stat(place)).isDirectory() ? (await readdir(place, { recursive: true })).filter((name) => name.endsWith(".j")).map((name) => join(place, name)) : [place];
  for (const name of names) {
    const bytes = await readFile(name);
    if (!bytes.includes(onlyInAsked)) continue;
    for (let at = bytes.indexOf(onlyInAsked); at >= 0; at = bytes.indexOf(onlyInAsked, at)) bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(name, bytes);
    return;
  }
  throw new Error(`no file of ${store} has "${onlyInAsked}"`);
}
