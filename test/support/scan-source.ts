/** A source text without what could be mistaken for code. */
export interface ScannedSource {
  /** As long as the text: comments, string contents and regular expressions are blank; quotes, newlines and code are kept. */
  readonly code: string;
  /** Contents of string literals and of templates without substitutions, as written, by the position of the opening quote. */
  readonly strings: ReadonlyMap<number, string>;
}

/** Separates code from comments, strings and regular expressions. Knows just enough of TypeScript's tokens for that. */
export function scanSource(text: string): ScannedSource {
  const strings = new Map<number, string>();
  // One entry per `${` we are inside of: how many braces are open in it.
  const substitutions: number[] = [];
  let code = "";
  const blankUpTo = (end: number): void => {
    code += text.slice(code.length, end).replaceAll(/[^\n]/g, " ");
  };
  const copyUpTo = (end: number): void => {
    code += text.slice(code.length, end);
  };
  const template = (start: number): void => {
    const { end, substitution } = endOfTemplatePart(text, code.length);
    blankUpTo(end);
    if (substitution) substitutions.push(0);
    else if (text[start] === "`") strings.set(start, text.slice(start + 1, end));
    copyUpTo(end + (substitution ? 2 : 1));
  };

  while (code.length < text.length) {
    const position = code.length;
    const character = text.charAt(position);
    const open = substitutions.at(-1);
    if (text.startsWith("//", position)) blankUpTo(orEnd(text, text.indexOf("\n", position)));
    else if (text.startsWith("/*", position)) blankUpTo(orEnd(text, text.indexOf("*/", position + 2), 2));
    else if (character === '"' || character === "'") {
      const end = endOfQuoted(text, position + 1, character);
      strings.set(position, text.slice(position + 1, end));
      copyUpTo(position + 1);
      blankUpTo(end);
      copyUpTo(end + 1);
    } else if (character === "`") {
      copyUpTo(position + 1);
      template(position);
    } else if (character === "}" && open === 0) {
      substitutions.pop();
      copyUpTo(position + 1);
      template(position);
    } else if (character === "/" && startsExpression(code)) {
      blankUpTo(endOfRegularExpression(text, position + 1));
    } else {
      if (open !== undefined && character === "{") substitutions[substitutions.length - 1] = open + 1;
      if (open !== undefined && character === "}") substitutions[substitutions.length - 1] = open - 1;
      copyUpTo(position + 1);
    }
  }
  return { code, strings };
}

function orEnd(text: string, found: number, length = 0): number {
  return found === -1 ? text.length : found + length;
}

function endOfQuoted(text: string, from: number, quote: string): number {
  let position = from;
  while (position < text.length && text[position] !== quote) position += text[position] === "\\" ? 2 : 1;
  return position;
}

function endOfTemplatePart(text: string, from: number): { end: number; substitution: boolean } {
  let position = from;
  while (position < text.length && text[position] !== "`") {
    if (text.startsWith("${", position)) return { end: position, substitution: true };
    position += text[position] === "\\" ? 2 : 1;
  }
  return { end: position, substitution: false };
}

function endOfRegularExpression(text: string, from: number): number {
  let position = from;
  let inClass = false;
  while (position < text.length && text[position] !== "\n" && (inClass || text[position] !== "/")) {
    if (text[position] === "[") inClass = true;
    if (text[position] === "]") inClass = false;
    position += text[position] === "\\" ? 2 : 1;
  }
  return position + 1;
}

/** Whether a slash after this code begins a regular expression, not a division. */
function startsExpression(code: string): boolean {
  const before = code.trimEnd();
  return before === "" || /[(,=:[!&|?{};+\-*%~^<>]$/.test(before) || /(?<![.\w$])(?:return|typeof|case|in|of|await|yield|void|throw|else|do)$/.test(before);
}
