import type { Part } from "./part.ts";

/** The arguments of vitest that run a part, and what is added to its environment. */
export interface VitestCall {
  readonly words: readonly string[];
  readonly environment: { readonly [name: string]: string };
}

/** How a part is run. A nightly part may take its time: tests wait for hours instead of what suits the bounded count. */
export function vitestCall({ project, files, amount }: Part, { nightly }: { readonly nightly: boolean }): VitestCall {
  return {
    words: ["run", "--project", project, "--typecheck.enabled=false", ...files.map((file) => `packages/${project}/${file}`)],
    environment: amount === undefined ? {} : { [amount.variable]: String(nightly ? amount.nightly : amount.bounded) },
  };
}
