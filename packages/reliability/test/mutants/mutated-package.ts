import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { edited, type Mutant } from "./mutant.ts";

const packages = fileURLToPath(new URL("../../../", import.meta.url));
const copies = fileURLToPath(new URL("../../dist/mutants/", import.meta.url));

/** Copies a package with its tests, makes the edits, and gives the copy's directory. By its name it is what its own tests import. */
export async function mutatedPackage({ project, edits }: Pick<Mutant, "project" | "edits">, name: string): Promise<string> {
  const copy = join(copies, name);
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy, { recursive: true });
  for (const part of ["package.json", "src", "test"]) await cp(join(packages, project, part), join(copy, part), { recursive: true });
  await symlink(join(packages, project, "node_modules"), join(copy, "node_modules"));
  for (const edit of edits) {
    const path = join(copy, edit.file);
    await writeFile(path, edited(await readFile(path, "utf8"), edit));
  }
  return copy;
}

/** Removes what {@link mutatedPackage} made. */
export async function removeMutatedPackage(copy: string): Promise<void> {
  await rm(copy, { recursive: true });
}
