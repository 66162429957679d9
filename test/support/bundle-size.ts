import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { workspaceRoot } from "./workspace.ts";

/** What a package is in somebody's bundle, minified and gzipped, in bytes. */
export interface BundleSize {
  /** Its own code. */
  readonly own: number;
  /** With all that it imports, other packages of this workspace too, but not what Node brings. */
  readonly whole: number;
}

/** Bundles everything that the main entry of a package exports. */
export async function bundleSize(folder: string): Promise<BundleSize> {
  const entry = join(workspaceRoot, folder, "src/index.ts");
  const [own, whole] = await Promise.all([gzippedBundle(entry, [/^[^./]/]), gzippedBundle(entry, [/^node:/])]);
  return { own, whole };
}

async function gzippedBundle(input: string, external: RegExp[]): Promise<number> {
  const build = await rolldown({ input, external, platform: "neutral", resolve: { conditionNames: ["@reprise/source", "import", "module"] }, logLevel: "silent" });
  try {
    const { output } = await build.generate({ format: "esm", minify: true, codeSplitting: false });
    return output.reduce((sum, chunk) => sum + (chunk.type === "chunk" ? gzipSync(chunk.code, { level: 9 }).length : 0), 0);
  } finally {
    await build.close();
  }
}
