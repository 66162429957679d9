/** Puts each text between `<!-- generated: NAME -->` and `<!-- end of NAME -->` of a document. Throws where a text has no place, or a place no text. */
export function writeRegions(document: string, texts: ReadonlyMap<string, string>): string {
  const written = new Set<string>();
  const result = document.replaceAll(/(?<begin><!-- generated: (?<name>[\w-]+) -->\n)[\s\S]*?(?<end><!-- end of \k<name> -->)/gu, (...found) => {
    const { begin = "", name = "", end = "" } = found.at(-1) as Record<string, string | undefined>;
    const text = texts.get(name);
    if (text === undefined) throw new Error(`there is no table ${name} for its place in the document`);
    written.add(name);
    return `${begin}${text}\n${end}`;
  });
  const homeless = [...texts.keys()].filter((name) => !written.has(name));
  if (homeless.length > 0) throw new Error(`the document has no place for ${homeless.join(", ")}`);
  return result;
}
