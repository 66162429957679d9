import { sanitise } from "@reprise/printer/text";

/** A word of a command that is told to somebody, as a shell takes it: quoted where it has to be, harmless for the terminal. */
export function shellWord(word: string): string {
  const text = sanitise(word);
  return /^[\w@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
