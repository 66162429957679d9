const none: readonly string[] = [];

/** The names of the secrets that a tagged tree refers to. */
export function secretNamesIn(tree: unknown): readonly string[] {
  const names = new Set<string>();
  collect(tree, names);
  return names.size === 0 ? none : [...names];
}

function collect(tree: unknown, names: Set<string>): void {
  if (typeof tree !== "object" || tree === null) return;
  if (Array.isArray(tree)) {
    for (const item of tree) collect(item, names);
    return;
  }
  // A user's own key is escaped, "$$secret".
  if ("$secret" in tree && typeof tree.$secret === "string") names.add(tree.$secret);
  else for (const value of Object.values(tree)) collect(value, names);
}
