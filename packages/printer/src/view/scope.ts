import type { EventType } from "@reprise/core/spi";

/** An address without its type: `research::fetch[doc-7]` of `research::fetch[doc-7]::tool_call`. */
export function scopeOf(address: string, type: EventType): string {
  const suffix = `::${type}`;
  return address.endsWith(suffix) ? address.slice(0, -suffix.length) : address;
}

/** The scope around a scope; undefined at the top. A branch (`pages{3}`) is inside its group (`pages`). */
export function enclosingScope(scope: string): string | undefined {
  const lastAt = scope.lastIndexOf("::");
  const braceAt = scope.indexOf("{", Math.max(0, lastAt));
  if (braceAt >= 0) return scope.slice(0, braceAt);
  return lastAt < 0 ? undefined : scope.slice(0, lastAt);
}

/** What kind of call a scope belongs to, as far as its name tells. */
export function guessType(scope: string, child: EventType): EventType {
  if (child === "branch") return "group";
  return lastSegment(scope).includes("{") ? "branch" : "agent_call";
}

/** The own part of a scope, readable: `fetch[doc-7]#2`. */
export function labelOf(scope: string): string {
  return readable(lastSegment(scope));
}

/** The key of a branch without the name of its group: `{3}` of `pages{3}`; undefined for anything else. */
export function branchKey(scope: string): string | undefined {
  const own = lastSegment(scope);
  return own.includes("{") ? readable(own.slice(own.indexOf("{"))) : undefined;
}

function lastSegment(scope: string): string {
  const lastAt = scope.lastIndexOf("::");
  return lastAt < 0 ? scope : scope.slice(lastAt + 2);
}

/** Keys, and only they, are percent-encoded in addresses. */
function readable(segment: string): string {
  return segment.replace(/(?<=[[{])[^\]}]*(?=[\]}])/g, decoded);
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    // Not one of our encodings: the text as it stands is still the best name there is.
    return key;
  }
}
