import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { playPage, saysTheSame } from "./support/play-page.ts";
import { runCommand, runPnpm } from "./support/run-command.ts";
import { workspaceRoot } from "./support/workspace.ts";

/** What somebody installs with npm, and the programs `test/consumers/<name>.{mjs,cjs,ts}` they then write. */
const consumers = [
  { name: "core", packages: ["core"] },
  { name: "core-http", packages: ["core", "http"] },
  { name: "core-fs-retry", packages: ["core", "backend-fs", "retry"] },
  { name: "core-flow", packages: ["core", "flow", "retry"] },
  { name: "cli", packages: ["core", "backend-fs", "printer", "cli"] },
  // Installs on every Node, and says so where its driver is missing. Node 22 has the driver and calls it experimental.
  { name: "core-sqlite", packages: ["core", "backend-sqlite"], warning: /^\(node:\d+\) ExperimentalWarning: SQLite .*\n\(Use .*\)\n$/u },
];

/** What the page for the first hour has its reader install. */
const newcomer = { name: "newcomer", packages: ["core", "retry", "backend-fs", "backend-sqlite", "printer", "cli"], page: "docs/guides/get-started.md" };

/** Every line of Node that package.json's `engines` admits and this machine can get. */
const runtimes = [
  { runtime: "the machine's Node", locate: async () => "node" },
  { runtime: "Node 22", locate: async () => (await runCommand("npx", ["-y", "-p", "node@22", "--", "node", "-p", "process.execPath"], { cwd: tmpdir() })).stdout.trim() },
  { runtime: "the workspace's Node", locate: async () => process.execPath },
];

const patienceMs = 480_000;
let folder = "";
const project = (name: string): string => join(folder, name);

beforeAll(async () => {
  // A user has none, and what is compiled in a folder of this run alone is never read again.
  vi.stubEnv("NODE_COMPILE_CACHE", undefined);
  folder = await mkdtemp(join(tmpdir(), "reprise-packed-"));
  const tarballs = join(folder, "tarballs");
  await runPnpm("exec", "turbo", "run", "build", "--filter=./packages/*", "--output-logs=errors-only");
  await runPnpm("-r", "--filter=./packages/*", "pack", "--pack-destination", tarballs);
  await Promise.all([...consumers, newcomer].map(({ name, packages }) => install(name, packages, tarballs)));
}, patienceMs);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function install(name: string, packages: readonly string[], tarballs: string): Promise<void> {
  const packed = await readdir(tarballs);
  const files = packages.map((short) => join(tarballs, packed.find((file) => new RegExp(`^reprise-${short}-\\d`).test(file)) ?? `${short} was not packed`));
  await mkdir(project(name));
  await writeFile(join(project(name), "package.json"), JSON.stringify({ name: `consumer-${name}`, private: true, type: "module" }));
  await runCommand("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...files], { cwd: project(name) });
  const programs = join(workspaceRoot, "test/consumers");
  for (const file of await readdir(programs)) if (file.startsWith(`${name}.`)) await cp(join(programs, file), join(project(name), file));
}

describe.each(runtimes)("on $runtime", ({ locate }) => {
  let node = "";
  beforeAll(async () => {
    node = await locate();
  }, patienceMs);

  test.concurrent.each(consumers)("$name, packed and installed, can be imported", async ({ name, warning = /^$/u }) => {
    const { stdout, stderr } = await runCommand(node, [`${name}.mjs`], { cwd: project(name) });
    expect({ stdout, stderr: stderr.replace(warning, "") }).toEqual({ stdout: "ok\n", stderr: "" });
  });
  test.concurrent.each(consumers)("$name, packed and installed, can be required without a warning", async ({ name }) => {
    expect(await runCommand(node, [`${name}.cjs`], { cwd: project(name) })).toEqual({ stdout: "ok\n", stderr: "" });
  });
});

test.concurrent.each(consumers)("$name, packed and installed, has types that hold under nodenext", { timeout: patienceMs }, async ({ name }) => {
  const configuration = {
    compilerOptions: {
      module: "nodenext",
      target: "es2023",
      lib: ["es2023", "esnext.disposable"],
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: ["node"],
      typeRoots: [join(workspaceRoot, "node_modules/@types")],
    },
    files: [`${name}.ts`],
  };
  await writeFile(join(project(name), "tsconfig.json"), JSON.stringify(configuration));
  const tsc = join(workspaceRoot, "node_modules/typescript/bin/tsc");
  expect(await runCommand(process.execPath, [tsc, "-p", ".", "--pretty", "false"], { cwd: project(name) })).toEqual({ stdout: "", stderr: "" });
});

test("core, packed and installed, is read from few files, and a stack leads through them to its sources", async () => {
  const files = await readdir(join(project("core"), "node_modules/@reprise/core/dist"), { recursive: true });
  expect(files.filter((file) => file.endsWith(".js")).toSorted()).toEqual(["index.js", "shared.js", "spi.js"]);
  const program = 'import { tool } from "@reprise/core"; try { tool({ name: "" }); } catch (error) { console.log(error.stack); }';
  const { stdout } = await runCommand(process.execPath, ["--enable-source-maps", "--input-type=module", "--eval", program], { cwd: project("core") });
  expect(stdout).toMatch(/\n +at tool \(.*node_modules\/@reprise\/core\/src\/actors\/define\.ts:\d+:\d+\)\n/u);
});

test(`${newcomer.page} is true of what is packed and installed`, { timeout: patienceMs }, async () => {
  const page = { path: newcomer.page, text: await readFile(join(workspaceRoot, newcomer.page), "utf8") };
  const played = await playPage(project(newcomer.name), page, dirname(process.execPath));
  expect(played.length).toBeGreaterThan(5);
  for (const { line, said, printed } of played.filter((block) => !saysTheSame(block))) expect.soft(printed, `${page.path}:${line}`).toBe(said);
});
