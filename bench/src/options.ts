/** What `pnpm bench` is asked for. */
export interface Options {
  /** Only cases that each of these names: a scenario, a size, a part of a contestant's name. */
  readonly words: readonly string[];
  /** Multiplies how often each case is measured. */
  readonly repeat: number;
  /** When so many minutes have passed, no case is repeated any more: each has been measured at least once. */
  readonly minutes: number;
  /** One repetition, and nothing of 10,000 calls. */
  readonly quick: boolean;
  /** Writes the tables into docs/performance.md. */
  readonly write: boolean;
  /** Measures nothing: takes the results of the last run. */
  readonly again: boolean;
  /** Where the stores are put. Default: the system's directory for temporary files. */
  readonly directory: string | undefined;
}

const valued = new Set(["--repeat", "--minutes", "--directory"]);
const flags = new Set(["--quick", "--thorough", "--write", "--again"]);

/** Reads the command line. Throws for an option there is not. */
export function optionsOf(words: readonly string[]): Options {
  const rest: string[] = [];
  const given = new Map<string, string>();
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (flags.has(word)) given.set(word, "");
    else if (valued.has(word)) given.set(word, words[++index] ?? "");
    else if (word.startsWith("--")) throw new Error(`there is no option ${word}; there are ${[...valued, ...flags].join(", ")}, and words that select`);
    else rest.push(word);
  }
  const thorough = given.has("--thorough");
  const repeat = positive("--repeat", given.get("--repeat") ?? (thorough ? "3" : "1"));
  const minutes = positive("--minutes", given.get("--minutes") ?? (thorough ? "Infinity" : "18"));
  const write = given.has("--write");
  if (write && rest.length > 0) throw new Error("--write needs the whole table: leave out the words, or --write");
  return { words: rest, repeat, minutes, quick: given.has("--quick"), write, again: given.has("--again"), directory: given.get("--directory") };
}

function positive(option: string, text: string): number {
  if (!(Number(text) > 0)) throw new Error(`${option} must be a positive number, got ${text}`);
  return Number(text);
}
