import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** The links of the built pages that lead nowhere: to a file that is not there, or to an anchor that its page does not have. */
export function brokenLinks(folder: string): readonly string[] {
  const files = new Set(globSync("**/*", { cwd: folder }));
  const pages = [...files].filter((name) => name.endsWith(".html")).toSorted();
  const anchors = new Map<string, ReadonlySet<string>>();
  const texts = new Map(pages.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  const anchorsOf = (name: string): ReadonlySet<string> => {
    const known = anchors.get(name) ?? new Set([...(texts.get(name) ?? "").matchAll(/\s(?:id|name)="([^"]+)"/gu)].map(([, id = ""]) => unescaped(id)));
    anchors.set(name, known);
    return known;
  };
  return pages.flatMap((name) =>
    [...new Set(targetsOf(texts.get(name) ?? ""))].flatMap((target) => {
      const [path = "", anchor = ""] = target.split("#");
      const file = path === "" ? name : normalize(join(dirname(name), decodeURIComponent(path), path.endsWith("/") ? "index.html" : ""));
      if (!files.has(file)) return [`${name} links to ${target}, which is not there`];
      const isHere = anchor === "" || !file.endsWith(".html") || anchorsOf(file).has(decodeURIComponent(anchor));
      return isHere ? [] : [`${name} links to ${target}, an anchor that is not there`];
    }),
  );
}

/** What a page links to and loads of this site. */
function targetsOf(html: string): readonly string[] {
  return [...html.matchAll(/\s(?:href|src)="([^"]*)"/gu)].map(([, target = ""]) => unescaped(target)).filter((target) => target !== "" && !/^(?:[a-z][a-z+.-]*:|\/\/)/iu.test(target));
}

function unescaped(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
