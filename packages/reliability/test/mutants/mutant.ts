/** A package with one of its guards taken out. Something of the programme must find it. */
export interface Mutant {
  /** What the guard is there for, in a few words. */
  readonly guard: string;
  readonly project: "backend-fs" | "backend-sqlite";
  /** Relative to the package. `from` occurs in it exactly once. */
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  /** What finds it: a simulation of backend-fs, the suites of @reprise/testing, or a test file of the package. */
  readonly by: "crashes" | "collections" | "conformance" | `${string}.test.ts`;
  /** One of the few that CI tries. */
  readonly always?: true;
}

/** The text of a file with an edit made. Throws if the guard is not there any more. */
export function edited(text: string, { file, from, to }: Mutant["edits"][number]): string {
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`${file} holds ${JSON.stringify(from)} ${places} times instead of once: the guard has moved, so must its mutant`);
  return text.replace(from, () => to);
}
