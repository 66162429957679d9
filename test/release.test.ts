import { existsSync, readdirSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runShell } from "./support/run-command.ts";
import { readWorkspace, workspaceRoot, type Manifest } from "./support/workspace.ts";

const published = readWorkspace().filter(({ manifest }) => manifest.private !== true);
const names = published.map(({ manifest }) => manifest.name);

test("every published package is named by a changeset, or has a changelog", async () => {
  const changesets = readdirSync(join(workspaceRoot, ".changeset")).filter((file) => file.endsWith(".md") && file !== "README.md");
  const texts = await Promise.all(changesets.map((file) => readFile(join(workspaceRoot, ".changeset", file), "utf8")));
  const named = texts.flatMap((text) => [...(text.split("---")[1] ?? "").matchAll(/"(@[^"]+)":/gu)].map(([, name = ""]) => name));
  expect(named.filter((name) => !names.includes(name))).toEqual([]);
  expect(published.filter(({ folder, manifest }) => !named.includes(manifest.name) && !existsSync(join(workspaceRoot, folder, "CHANGELOG.md"))).map(({ folder }) => folder)).toEqual([]);
});

test("version-packages gives every package its version and its changelog, and writes the versions that packages know", { timeout: 120_000 }, async () => {
  const folder = await copyOfManifests();
  await writeFile(join(folder, ".changeset/one-more.md"), '---\n"@reprise/core": minor\n---\n\nOne more.\n');
  const { scripts } = await readJson<{ readonly scripts: { readonly [name: string]: string } }>(folder, "package.json");
  // What comes behind these two is the lockfile.
  const [changeset = "", constants = ""] = (scripts["version-packages"] ?? "").split(" && ");
  const path = [dirname(process.execPath), join(workspaceRoot, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const said = await runShell(`${changeset} && ${constants} && echo released`, { cwd: folder, path });
  expect(said).toMatch(/^released$/mu);

  for (const { folder: source, manifest } of published) {
    const { version } = await readJson<Manifest>(folder, `${source}/package.json`);
    expect({ source, changelog: await readFile(join(folder, source, "CHANGELOG.md"), "utf8") }).toEqual({ source, changelog: expect.stringContaining(`\n## ${version}\n`) });
    const dependsOnCore = manifest.name === "@reprise/core" || manifest.dependencies?.["@reprise/core"] !== undefined;
    if (dependsOnCore) expect({ source, version }).not.toEqual({ source, version: manifest.version });
    const constant = join(folder, source, "src/version.ts");
    if (existsSync(constant)) expect(await readFile(constant, "utf8")).toContain(`"${version}"`);
  }
  expect(readdirSync(join(folder, ".changeset")).filter((file) => file.endsWith(".md"))).toEqual(["README.md"]);
});

/** What a release reads and writes, without the sources. */
async function copyOfManifests(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "reprise-release-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const parts = [".changeset", ".ci", "package.json", "pnpm-workspace.yaml", "examples/package.json"];
  for (const { folder: source } of readWorkspace()) parts.push(...["package.json", "CHANGELOG.md", "src/version.ts"].map((file) => `${source}/${file}`));
  for (const part of parts) if (existsSync(join(workspaceRoot, part))) await cp(join(workspaceRoot, part), join(folder, part), { recursive: true });
  await symlink(join(workspaceRoot, "node_modules"), join(folder, "node_modules"));
  return folder;
}

async function readJson<T>(folder: string, path: string): Promise<T> {
  return JSON.parse(await readFile(join(folder, path), "utf8")) as T;
}
