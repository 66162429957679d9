import type { StandardSchemaV1 } from "@standard-schema/spec";

type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * Why what one schema gives can never be what another takes; undefined if it can, or nothing is known of one of them. Only schemas
 * that can show themselves as JSON Schema are known, and only a plain contradiction is one.
 */
export function contradiction(given: StandardSchemaV1 | undefined, taken: StandardSchemaV1 | undefined): string | undefined {
  const from = jsonSchemaOf(given, "output");
  const to = jsonSchemaOf(taken, "input");
  return from === undefined || to === undefined ? undefined : between(from, to, "");
}

/** Of Standard Schema's JSON Schema extension; undefined where the schema has none, or has no words for what it checks. */
function jsonSchemaOf(schema: StandardSchemaV1 | undefined, side: "input" | "output"): JsonSchema | undefined {
  const converter = (schema?.["~standard"] as { readonly jsonSchema?: { readonly [side in "input" | "output"]?: (options: { readonly target: string }) => unknown } } | undefined)?.jsonSchema?.[side];
  if (converter === undefined) return undefined;
  try {
    return asSchema(converter({ target: "draft-2020-12" }));
  } catch {
    // Dates, transforms and the like: JSON Schema cannot say them, so nothing is known.
    return undefined;
  }
}

function between(from: JsonSchema, to: JsonSchema, path: string): string | undefined {
  const given = typesOf(from);
  const taken = typesOf(to);
  if (given === undefined || taken === undefined) return undefined;
  if (!given.some((type) => taken.includes(type) || (type === "integer" && taken.includes("number")) || (type === "number" && taken.includes("integer")))) {
    return `${path || "it"} is ${given.join(" or ")} where ${taken.join(" or ")} is taken`;
  }
  if (given.length > 1 || taken.length > 1) return undefined;
  if (given[0] === "object") return betweenObjects(from, to, path);
  const items = [asSchema(from["items"]), asSchema(to["items"])] as const;
  return given[0] === "array" && items[0] !== undefined && items[1] !== undefined ? between(items[0], items[1], `${path}[]`) : undefined;
}

function betweenObjects(from: JsonSchema, to: JsonSchema, path: string): string | undefined {
  const given = asSchema(from["properties"]) ?? {};
  const taken = asSchema(to["properties"]) ?? {};
  for (const name of Array.isArray(to["required"]) ? (to["required"] as readonly string[]) : []) {
    if (!Object.hasOwn(given, name) && from["additionalProperties"] === false) return `${path}.${name} is required and never given`;
  }
  for (const [name, schema] of Object.entries(taken)) {
    const [one, other] = [asSchema(given[name]), asSchema(schema)];
    const found = one === undefined || other === undefined ? undefined : between(one, other, `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function typesOf({ type }: JsonSchema): readonly string[] | undefined {
  if (typeof type === "string") return [type];
  return Array.isArray(type) ? (type as readonly string[]) : undefined;
}

function asSchema(value: unknown): JsonSchema | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonSchema) : undefined;
}
