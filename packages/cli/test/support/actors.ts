import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { sqliteBackend } from "@reprise/backend-sqlite";
import { agent, tool, type Actor, type AgentContext } from "@reprise/core";
import type { StateBackend } from "@reprise/core/spi";

/** A kind of store the command can work on, as `--backend` names it. */
export interface StoreKind {
  readonly kind: string;
  readonly place: (directory: string) => string;
  readonly open: (place: string) => StateBackend;
}

export const storeKinds: readonly StoreKind[] = [
  { kind: "fs", place: (directory) => join(directory, "runs"), open: (place) => fsBackend({ dir: place, durability: "process" }) },
  { kind: "sqlite", place: (directory) => join(directory, "runs.db"), open: (place) => sqliteBackend({ file: place, durability: "process" }) },
];

/** The backend of a store as `--backend` names it. */
export function backendAt(store: string): StateBackend {
  const colon = store.indexOf(":");
  const found = storeKinds.find(({ kind }) => kind === store.slice(0, colon));
  if (found === undefined) throw new Error(`no kind of store in ${store}`);
  return found.open(store.slice(colon + 1));
}

export const fetchPage = tool({ name: "fetch", run: (page: string) => `<${page}>` });
export const failing = tool({
  name: "failing",
  run: (_page: string): number => {
    throw new Error("not yet");
  },
});

/** Fetches, pays in this way and asks. */
export function writerThat(pays: (amount: number) => number | Promise<number>): Actor<string, string> {
  const pay = tool({ name: "pay", repeatable: false, run: pays });
  return agent({
    name: "writer",
    run: async (page: string, context: AgentContext) => {
      const text = await context.run(fetchPage, page);
      await context.run(pay, text.length);
      context.storage.set("text", text);
      return `${text} ${String(await context.waitFor("approval", { prompt: "Publish?" }))}`;
    },
  });
}

export const writer = writerThat((amount) => amount);

