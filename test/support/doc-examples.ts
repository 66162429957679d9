import type { WorkspacePackage } from "./workspace.ts";

/** An `@example` of a doc comment. */
export interface DocExample {
  /** `packages/core/src/system.ts` */
  readonly path: string;
  /** Of the line with `@example`, from 1. */
  readonly line: number;
  /** Undefined where it is no fenced block of TypeScript. */
  readonly code: string | undefined;
}

/** Every `@example` in the sources of a package, also those of members and of what is not exported. */
export function docExamples({ folder, files }: WorkspacePackage): readonly DocExample[] {
  return files
    .filter(({ kind }) => kind === "source")
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^ *\/\*\*(?:(?!\*\/).)*\*\/$/gmsu)].flatMap(({ 0: comment, index }) =>
        [...comment.matchAll(/^ *\* @example\b(?:[^\n]*\n *\* ```ts\n(?<code>.*?)^ *\* ```$)?/gmsu)].map((match) => ({
          path: `${folder}/${path}`,
          line: text.slice(0, index + match.index).split("\n").length,
          code: match.groups?.["code"]?.replaceAll(/^ *\* ?/gmu, ""),
        })),
      ),
    );
}
