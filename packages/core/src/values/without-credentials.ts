// Without hyphens and underscores, in lower case.
const credentials = new Set([
  "authorization", "proxyauthorization", "cookie", "setcookie", "headers", "requestheaders", "responseheaders",
  "apikey", "xapikey", "token", "accesstoken", "refreshtoken", "idtoken", "authtoken", "bearertoken", "sessiontoken",
  "password", "passwd", "passphrase", "secret", "clientsecret", "secretkey", "secretaccesskey", "privatekey", "credentials",
]);

/** What stands for a value that is kept out of a record. */
export const notRecorded = "[not recorded]";

/**
 * The tagged tree of something that hangs on an error, without the values of fields and Map entries whose names say that
 * they are credentials or headers (rule H3). The same tree if there are none.
 */
export function withoutCredentials(tree: unknown): unknown {
  if (typeof tree !== "object" || tree === null) return tree;
  if (!Array.isArray(tree)) return mapped(tree as Readonly<Record<string, unknown>>);
  // An entry of a Map, or of a list that stands for one.
  if (tree.length === 2 && isCredential(tree[0], tree[1])) return [tree[0], notRecorded];
  const items = tree.map(withoutCredentials);
  return items.some((item, index) => item !== tree[index]) ? items : tree;
}

function mapped(tree: Readonly<Record<string, unknown>>): unknown {
  const entries = Object.entries(tree).map(([key, value]) => [key, isCredential(key, value) ? notRecorded : withoutCredentials(value)] as const);
  return entries.some(([key, value]) => value !== tree[key]) ? Object.fromEntries(entries) : tree;
}

function isCredential(name: unknown, value: unknown): boolean {
  return typeof name === "string" && name.length <= 32 && !isNothing(value) && credentials.has(name.toLowerCase().replaceAll(/[-_]/gu, ""));
}

/** Null, and the tag of undefined: there is nothing to keep out. */
function isNothing(tree: unknown): boolean {
  return tree === null || (typeof tree === "object" && "$u" in tree);
}
