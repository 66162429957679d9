import { existsSync, readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath } from "node:url";

/** A place in a script, counted from 0, as profiles name it. */
export interface ScriptPlace {
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

const maps = new Map<string, SourceMap | undefined>();

/** The name of the file in which somebody wrote what stands there; the script's own where there is no map of it. */
export function sourceFile({ url, lineNumber, columnNumber }: ScriptPlace): string {
  if (!maps.has(url)) maps.set(url, mapOf(url));
  const entry = maps.get(url)?.findEntry(lineNumber, columnNumber);
  const source = entry !== undefined && "originalSource" in entry ? entry.originalSource : url;
  return source.split("/").at(-1) ?? "";
}

function mapOf(url: string): SourceMap | undefined {
  const path = url.startsWith("file:") ? `${fileURLToPath(url)}.map` : undefined;
  return path !== undefined && existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, "utf8")) as SourceMapPayload) : undefined;
}
