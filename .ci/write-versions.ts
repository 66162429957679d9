import { readFileSync, writeFileSync } from "node:fs";

/** Packages that know their own version at run time, in `src/version.ts`. */
const packages = ["core", "cli"];

for (const name of packages) {
  const { version } = JSON.parse(readFileSync(`packages/${name}/package.json`, "utf8")) as { readonly version: string };
  const path = `packages/${name}/src/version.ts`;
  const text = readFileSync(path, "utf8");
  const written = text.replace(/(?<= = ")[^"]*(?=";)/u, version);
  if (!written.includes(`"${version}"`)) throw new Error(`${path} has no constant to write the version into`);
  writeFileSync(path, written);
}
