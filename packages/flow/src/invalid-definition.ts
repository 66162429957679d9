import { RepriseError } from "@reprise/core";

/** Throws `INVALID_DEFINITION` with the place of the fault: `connections[2].to`. */
export function invalidDefinition(path: string, message: string): never {
  throw new RepriseError("INVALID_DEFINITION", `${path}: ${message}`, { path });
}

/** A value as messages show it: short, and never in the way. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined) return String(value);
  if (typeof value === "bigint") return `${value}n`;
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

const nameRule = /^[A-Za-z0-9_-]{1,64}$/u;

/** Ids of flows and routines and names of their ends: they stand in addresses and in `routine.end`. Throws `INVALID_DEFINITION`. */
export function checkFlowName(path: string, name: unknown): string {
  if (typeof name !== "string" || !nameRule.test(name)) invalidDefinition(path, `must be 1 to 64 letters, digits, "_" or "-", got ${shown(name)}`);
  return name;
}
