import { codeBlocks } from "./markdown.ts";
import type { Page } from "./pages.ts";
import { saidIn, type Script } from "./run-scripts.ts";

/** The blocks in JavaScript, and those in TypeScript that say behind a `console.log` what it prints; each with those that continue it. */
export function scriptsOf(pages: readonly Page[]): readonly Script[] {
  return pages.flatMap(({ path, text }) => {
    const scripts: Script[] = [];
    for (const { language, info, code, line } of codeBlocks(text).filter((block) => block.language === "ts" || block.language === "js")) {
      const before = info === "continues" ? scripts.pop() : undefined;
      if (before) scripts.push({ ...before, code: before.code + code });
      else if (info === "") scripts.push({ at: `${path}:${line}`, code, extension: language === "ts" ? "mts" : "mjs" });
    }
    return scripts.filter(({ extension, code }) => extension === "mjs" || saidIn(code).length > 0);
  });
}
