import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { tool } from "@reprise/core";
import { declaredLicence } from "../packages/declared-licence.ts";
import type { Inspection } from "../packages/inspection.ts";
import type { InstalledPackage } from "../packages/installed-package.ts";
import { measureFolder } from "../packages/measure-folder.ts";
import { readManifest, type Manifest } from "../packages/read-manifest.ts";
import { recogniseLicence } from "../packages/recognise-licence.ts";
import type { Tally } from "../tally.ts";

/** Which package of which folder. */
export interface InspectInput {
  readonly directory: string;
  readonly found: InstalledPackage;
}

/** Reads what one installed package says about itself. */
export function inspectTool(tally: Tally) {
  return tool({
    name: "inspect",
    // A folder that vanishes during the audit does not come back: one attempt.
    retry: false,
    run: async ({ directory, found }: InspectInput, context): Promise<Inspection> => {
      tally.add(context);
      return inspectFolder(join(directory, found.path), context.signal);
    },
  });
}

/** The work of `inspect`. */
export async function inspectFolder(folder: string, signal: AbortSignal): Promise<Inspection> {
  const manifest = await readManifest(folder);
  const names = await readdir(folder);
  const licence = declaredLicence(manifest);
  const licenceFile = names.toSorted().find((name) => /^(?:licen[cs]e|copying|unlicense)(?:[.-].*)?$/iu.test(name));
  const licenceText = licenceFile === undefined ? undefined : recogniseLicence(await readText(join(folder, licenceFile)));
  const deprecated = deprecationOf(manifest);
  return {
    ...(licence === undefined ? {} : { licence }),
    ...(licenceText === undefined ? {} : { licenceText }),
    ...(licenceFile === undefined ? {} : { licenceFile }),
    ...(await measureFolder(folder, signal)),
    installScripts: installScripts(manifest, names),
    ...(deprecated === undefined ? {} : { deprecated }),
  };
}

/** What runs during an install, npm's implicit `node-gyp rebuild` of a `binding.gyp` included. */
export function installScripts(manifest: Pick<Manifest, "scripts" | "gypfile">, names: readonly string[]): string[] {
  const scripts = ["preinstall", "install", "postinstall"].flatMap((name) => {
    const command = manifest.scripts?.[name];
    return typeof command === "string" ? [`${name}: ${command}`] : [];
  });
  const builds = names.includes("binding.gyp") && manifest.gypfile !== false && scripts.length === 0;
  return builds ? ["install: node-gyp rebuild (implied by binding.gyp)"] : scripts;
}

function deprecationOf(manifest: Manifest): string | undefined {
  if (manifest.deprecated === undefined || manifest.deprecated === false || manifest.deprecated === "") return undefined;
  return manifest.deprecated === true ? "deprecated" : manifest.deprecated;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EISDIR") return ""; // a folder named "licenses"
    throw error;
  }
}
