import { checkKnown, invalidOption } from "@reprise/core/spi";

interface Rule {
  readonly rule: string;
  readonly holds: (value: unknown) => boolean;
}

const flag: Rule = { rule: "true or false", holds: (value) => typeof value === "boolean" };
const object: Rule = { rule: "an object", holds: (value) => typeof value === "object" && value !== null };

/** What options may be, whoever takes them. */
const rules: Readonly<Record<string, Rule>> = {
  width: { rule: "a number of columns", holds: (value) => typeof value === "number" && !Number.isNaN(value) },
  now: { rule: "a time in ms since the epoch", holds: Number.isFinite },
  title: { rule: "a text", holds: (value) => typeof value === "string" },
  theme: object,
  snapshot: { rule: "an object as reprise.snapshot gives it", holds: isSnapshot },
  color: flag,
  causes: flag,
  stacks: flag,
  summary: flag,
  minimal: flag,
  utc: flag,
  redact: { rule: "a list of texts that are not empty and of regular expressions", holds: (value) => Array.isArray(value) && value.every((each) => each instanceof RegExp || (typeof each === "string" && each !== "")) },
  maxChildren: { rule: "a whole number from 0, or Infinity", holds: (value) => isCount(value, 0) },
  maxRows: { rule: "a whole number from 1, or Infinity", holds: (value) => isCount(value, 1) },
};

/** Throws `INVALID_OPTION` for an option that there is not, and for one that is not what it has to be; `further` rules come first. */
export function checkOptionsOf(owner: string, options: object, names: Readonly<Record<string, true>>, further: Readonly<Record<string, Rule>> = {}): void {
  checkKnown(options, names, owner);
  for (const [option, value] of Object.entries(options)) {
    const { rule, holds } = further[option] ?? rules[option] ?? { rule: "", holds: () => true };
    if (value !== undefined && !holds(value)) invalidOption(option, rule, value, owner);
  }
}

function isCount(value: unknown, least: number): boolean {
  return value === Infinity || (Number.isSafeInteger(value) && (value as number) >= least);
}

function isSnapshot(value: unknown): boolean {
  if (!object.holds(value)) return false;
  const { metadata = {}, storage = {}, artifacts = {}, checkpoints = [] } = value as Readonly<Record<string, unknown>>;
  return [metadata, storage, artifacts].every(object.holds) && Array.isArray(checkpoints) && checkpoints.every(object.holds);
}
