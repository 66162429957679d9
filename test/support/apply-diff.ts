/** A text with the change that a ```` ```diff ```` block shows: what its `-` lines and those around them say is found once, and replaced. */
export function applyDiff(text: string, diff: string): string {
  const lines = diff.trimEnd().split("\n");
  const side = (sign: "-" | "+"): string => lines.filter((line) => !line.startsWith(sign === "-" ? "+" : "-")).map((line) => `${line.slice(1)}\n`).join("");
  const before = side("-");
  if (text.split(before).length !== 2) throw new Error(`a diff changes lines that are there once; found ${text.split(before).length - 1} times:\n${before}`);
  return text.replace(before, () => side("+"));
}
