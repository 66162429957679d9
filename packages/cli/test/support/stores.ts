import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
