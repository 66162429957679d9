/** The segments of a path, decoded: ids of runs may hold any character, a slash too. Undefined for what is not percent-encoded UTF-8. */
export function pathSegments(path: string): string[] | undefined {
  try {
    return path.split("/").slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
