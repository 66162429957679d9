import { scanSource, type ScannedSource } from "./scan-source.ts";

/** One module that a source names. */
export interface SourceImport {
  /** `undefined` if it is computed, so that nobody can tell what it will be. */
  readonly specifier: string | undefined;
  readonly line: number;
}

// A clause between the keyword and `from` holds only names, braces, commas and stars.
const forms = [
  /(?<![.\w$])(?:import|export)\b[\w$*\s{},]*?\bfrom\s*(?=["'])/g, // import … from "x", export … from "x"
  /(?<![.\w$])import\s*(?=["'])/g, // import "x"
  /(?<![.\w$])import\s*\(\s*/g, // import("x"), also as a type
  /(?<![.\w$])require\s*\(\s*/g, // require("x")
];

/** Every module that a source imports or exports from: statically, dynamically, as a type or with `require`. */
export function importsOf(source: string | ScannedSource): readonly SourceImport[] {
  const { code, strings } = typeof source === "string" ? scanSource(source) : source;
  return forms
    .flatMap((form) => [...code.matchAll(form)])
    .filter((match) => !isMethodNamedImport(code, match.index, match[0]))
    .map((match) => ({
      specifier: strings.get(match.index + match[0].length),
      line: code.slice(0, match.index).split("\n").length,
    }))
    .toSorted((a, b) => a.line - b.line);
}

/** `import(file: string): Promise<Run>;` and `import(file) { … }` declare a method. */
function isMethodNamedImport(code: string, start: number, matched: string): boolean {
  if (!matched.includes("(")) return false;
  const before = code.slice(0, start).trimEnd();
  if (/\basync$/.test(before)) return true;
  if (!/[{};,]$/.test(before)) return false;
  const after = code.slice(endOfParentheses(code, start + matched.indexOf("("))).trimStart();
  return /^[:{]/.test(after);
}

function endOfParentheses(code: string, opening: number): number {
  let open = 0;
  for (let position = opening; position < code.length; position += 1) {
    if (code[position] === "(") open += 1;
    if (code[position] === ")") open -= 1;
    if (open === 0) return position + 1;
  }
  return code.length;
}

/** `@reprise/core/spi` is of the package `@reprise/core`; relative specifiers and Node's modules are of none. */
export function packageOf(specifier: string): string | undefined {
  if (/^(?:\.|\/|node:|#)/.test(specifier)) return undefined;
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
