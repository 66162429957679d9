import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { readWorkspace, workspaceRoot } from "./workspace.ts";

/** A new project in which the packages of the workspace are installed, and zod; removed when the test has ended. Its sources need `--conditions=@reprise/source`. */
export async function folderWithPackages(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "reprise-pages-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "node_modules/@reprise"), { recursive: true });
  const link = (target: string, name: string): Promise<void> => symlink(join(workspaceRoot, target), join(folder, "node_modules", name));
  for (const { folder: source, manifest } of readWorkspace()) await link(source, manifest.name);
  for (const name of ["zod", "hono"]) await link(`examples/node_modules/${name}`, name);
  for (const name of ["vitest", "@types"]) await link(`node_modules/${name}`, name);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "project", private: true, type: "module" }));
  return folder;
}
