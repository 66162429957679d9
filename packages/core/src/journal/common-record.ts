import { referenceIn } from "./value-reference.ts";

/** A record of the kinds that most of a journal is made of, as it is stored. */
export type CommonRecord = { readonly k: "started"; i?: unknown } | { readonly k: "completed"; v?: unknown };

/**
 * Is this JSON surely what `records.ts` allows, for the two kinds that most records are of? Asking its schemas for each of a hundred
 * thousand records takes longer than parsing them. Nor is its value kept elsewhere. What is not known here is not wrong: the schemas decide.
 */
export function isCommonRecord(json: unknown): json is CommonRecord {
  if (typeof json !== "object" || json === null || !("k" in json)) return false;
  if (json.k === "started") return "a" in json && "at" in json && hasOnly(json, isStartedField);
  return json.k === "completed" && "c" in json && "at" in json && hasOnly(json, isCompletedField);
}

function hasOnly(json: object, isField: (field: string, value: unknown) => boolean): boolean {
  for (const field in json) if (!isField(field, json[field as keyof typeof json])) return false;
  return true;
}

function isStartedField(field: string, value: unknown): boolean {
  switch (field) {
    case "k":
      return true;
    case "i":
      return referenceIn(value) === undefined;
    case "at":
      return typeof value === "number";
    case "a":
    case "ver":
    case "fp":
      return typeof value === "string";
    case "p":
      return isSeq(value);
    case "ix":
      return Number.isSafeInteger(value) && (value as number) >= 0;
    case "ip":
    case "root":
    case "once":
      return value === 1;
    default:
      return false;
  }
}

function isCompletedField(field: string, value: unknown): boolean {
  switch (field) {
    case "k":
      return true;
    case "v":
      return referenceIn(value) === undefined;
    case "at":
      return typeof value === "number";
    case "c":
    case "vc":
      return isSeq(value);
    case "vb":
      return Array.isArray(value) && value.every(isSeq);
    default:
      return false;
  }
}

function isSeq(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
