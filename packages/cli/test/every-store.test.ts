import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createReprise } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { catalogue } from "../src/catalogue.ts";
import { fetchPage, storeKinds, writer, type StoreKind } from "./support/actors.ts";
import { runBatch, type Used } from "./support/run-batch.ts";
import { configFor, damage, newDirectory } from "./support/stores.ts";

// Every command on stores in every condition. `asked` is the run that is damaged, or that another process is writing.

const conditions = ["missing", "empty", "foreign", "damaged", "written"] as const;
type Condition = (typeof conditions)[number];

/** Exit codes in the order of `conditions`; `!` says that the store is changed; everything else leaves every byte as it was, as far as nobody else writes. */
const rows: readonly (readonly [words: string, ...codes: readonly [string, string, string, string, string]])[] = [
  // missing, empty, foreign, damaged, written by another process
  ["list", "3", "0", "2", "0", "0"],
  ["show asked", "3", "3", "2", "6", "0"],
  ["events asked", "3", "3", "2", "6", "0"],
  ["stats asked", "3", "3", "2", "6", "0"],
  ["checkpoints asked", "3", "3", "2", "6", "0"],
  ["diff asked asked@1", "3", "3", "2", "6", "1"],
  ["pending", "3", "0", "2", "1", "0"],
  ["pending asked", "3", "3", "2", "6", "0"],
  ["verify", "3", "0", "2", "1", "0"],
  ["doctor", "3", "3", "2", "1", "0"],
  ["export asked --out FILE", "3", "3", "2", "6", "0"],
  ["wake --config CONFIG", "0", "0", "2", "1", "0"],
  ["rewind asked --position 2 --yes", "3", "3", "2", "6", "4"],
  ["compact asked --yes", "3", "3", "2", "6", "4"],
  ["gc --yes", "3", "0", "2", "6", "0"],
  ["completion bash", "0", "0", "0", "0", "0"],
  ["explain LEASE_HELD", "0", "0", "0", "0", "0"],
  ["fork asked --id copy --yes", "3", "3", "2", "6", "0"],
  ["salvage asked --id saved", "3", "3", "2", "0!", "0"],
  ["answer asked approval true", "3", "3", "2", "6", "0"],
  ["tail asked", "3", "3", "2", "6", "0"],
  ["interrupt asked", "3", "3", "2", "6", "1"],
  ["delete asked --yes", "3", "3", "2", "0!", "0"],
  ["import RUN", "0!", "0!", "2", "0!", "0"],
];

/** Where the kinds of stores differ. */
const exceptions: readonly (readonly [kind: string, condition: string, words: string, code: string])[] = [
  // It says that it is for fs stores.
  ...conditions.map((condition) => ["sqlite", condition, "doctor", "2"] as const),
  // Collecting takes a lock in the store, which an empty directory becomes by it.
  ["fs", "empty", "gc --yes", "0!"],
  // The run is taken and given back.
  ["sqlite", "damaged", "interrupt asked", "6!"],
];

function expectedIn(kind: string, condition: Condition): readonly (readonly [string, string])[] {
  return rows.map(([words, ...codes]) => {
    const exception = exceptions.find(([otherKind, otherCondition, otherWords]) => otherKind === kind && otherCondition === condition && otherWords === words);
    const code = exception?.[3] ?? codes[conditions.indexOf(condition)] ?? "";
    return [words, code];
  });
}

test("every command is in the table", () => {
  expect([...new Set(rows.map(([words]) => words.split(" ")[0]))].toSorted()).toEqual(catalogue.map(({ name }) => name).toSorted());
});

describe.each(storeKinds)("on $kind", (kind) => {
  test.each(conditions)("each command on a store that is %s ends as the table says, in one line, and changes only what it must", { timeout: 180_000 }, async (condition) => {
    const made = await stores[condition](kind);
    try {
      const words = { FILE: join(made.directory, "out.reprise"), CONFIG: await configFor(made.store), RUN: made.exported };
      const commands = rows.map(([text]) => text.split(" ").map((word) => words[word as keyof typeof words] ?? word));
      const used = await runBatch(made.store, made.directory, commands);
      // The process that writes changes the store all the time.
      const mark = (changed: boolean | undefined): string => (changed === true && condition !== "written" ? "!" : "");
      expect(rows.map(([text], index) => [text, `${used[index]?.code}${mark(used[index]?.changed)}`])).toEqual(expectedIn(kind.kind, condition));
      used.forEach((each, index) => expectOneLine(each, rows[index]?.[0] ?? "", made));
    } finally {
      made.end();
    }
  });
});

/** Who fails says why in one line that names the store, or the option; who does not, says nothing beside the result. */
function expectOneLine({ code, stdout, stderr }: Used, words: string, { store, directory }: Made): void {
  const problem = stderr.replace(/^nobody is at this run.*\n/u, "");
  if (code < 2) return expect([words, problem]).toEqual([words, ""]);
  expect([words, problem]).toEqual([words, expect.stringMatching(/^reprise: [^\n]+\n$/u)]);
  expect([words, problem]).toEqual([words, expect.stringContaining(store.slice(store.indexOf(":") + 1))]);
  expect([words, problem]).not.toEqual([words, expect.stringContaining(`${directory}/.reprise`)]);
  // The plan of a rewind is shown before the run is found to be held.
  if (!words.startsWith("rewind")) expect([words, stdout]).toEqual([words, ""]);
}

interface Made {
  /** As `--backend` names it. */
  readonly store: string;
  readonly directory: string;
  /** A run in a file, to be imported. */
  readonly exported: string;
  readonly end: () => void;
}

async function made(kind: StoreKind, end: () => void = () => undefined): Promise<Made & { readonly place: string }> {
  const directory = await newDirectory();
  const place = kind.place(directory);
  const exported = join(directory, "exported.reprise");
  const reprise = createReprise({ backend: kind.open(kind.place(await newDirectory())) });
  await reprise.execute(fetchPage, "home", { stateId: "elsewhere" });
  await writeFile(exported, await reprise.export("elsewhere"));
  await reprise.close();
  return { store: `${kind.kind}:${place}`, place, directory, exported, end };
}

const stores: { readonly [Name in Condition]: (kind: StoreKind) => Promise<Made> } = {
  missing: (kind) => made(kind),
  empty: async (kind) => {
    const found = await made(kind);
    await (kind.kind === "fs" ? mkdir(found.place) : writeFile(found.place, ""));
    return found;
  },
  foreign: async (kind) => {
    const found = await made(kind);
    if (kind.kind === "fs") await mkdir(found.place);
    await writeFile(kind.kind === "fs" ? join(found.place, "letter.txt") : found.place, "Dear reader, ".repeat(1000));
    return found;
  },
  damaged: async (kind) => {
    const found = await made(kind);
    const reprise = createReprise({ backend: kind.open(found.place) });
    await reprise.execute(fetchPage, "home", { stateId: "done" });
    await reprise.execute(writer, "home", { stateId: "asked" });
    await reprise.answer("asked", "approval", true);
    await reprise.close();
    await damage(found.store);
    return found;
  },
  written: async (kind) => {
    const found = await made(kind);
    const child = spawn(process.execPath, ["--conditions=@reprise/source", fileURLToPath(new URL("./support/slow-writer.ts", import.meta.url)), found.store, "asked", "approval"], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve, reject) => {
      child.stdout.once("data", () => resolve());
      child.once("exit", (code) => reject(new Error(`the writer ended with ${code}`)));
    });
    return { ...found, end: () => void child.kill("SIGKILL") };
  },
};
