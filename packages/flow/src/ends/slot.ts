import type { OptionNames } from "@reprise/core/spi";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { checkCount, checkFunction, checkMs, checkOptions } from "../check-options.ts";
import { invalidDefinition, shown } from "../invalid-definition.ts";

/** What becomes of a slot that is not filled when nothing more can come (rule F2). */
export const OnIncomplete = {
  /** The job fails, and the error names the slot. */
  FAIL: "fail",
  /** The routine runs with what there is. */
  RUN: "run",
  /** What had arrived is left out, and counted as dropped. */
  DROP: "drop",
} as const;
/** `OnIncomplete.FAIL` and `"fail"` are the same. */
export type OnIncomplete = (typeof OnIncomplete)[keyof typeof OnIncomplete];

/** How a slot makes of deliveries what its routine is given. */
export type SlotMode =
  | { readonly kind: "override" }
  | { readonly kind: "append"; readonly initial: readonly unknown[] }
  | { readonly kind: "merge"; readonly initial: unknown; readonly merge: (previous: never, next: never) => unknown }
  | { readonly kind: "count"; readonly count: number; readonly withinMs?: number }
  | { readonly kind: "all" }
  | { readonly kind: "quiet"; readonly quietMs: number };

/** An input of a routine. `Delivered` is what connections bring, `Given` what the routine gets. */
export interface Slot<in Delivered, out Given> {
  readonly kind: "slot";
  /** Applied to each delivery; after a merge function to what that gave. */
  readonly schema: StandardSchemaV1 | undefined;
  readonly mode: SlotMode;
  readonly onIncomplete: OnIncomplete;
  /** The same slot with another rule for what stays unfilled. With `"run"` a single value may be missing. Default: `"fail"`. */
  whenIncomplete<Rule extends OnIncomplete>(rule: Rule): Slot<Delivered, Rule extends "run" ? (Given extends readonly unknown[] ? Given : Given | undefined) : Given>;
  /** Carries the types; never present. */
  readonly "~types"?: { readonly delivered: (value: Delivered) => void; readonly given: Given };
}

/** Options of `count`. */
export interface CountOptions {
  /** The first delivery waits for the others for so long, in ms; then it is given with those that have come. Default: until all have come. */
  readonly withinMs?: number;
}

/** A slot that takes each delivery by itself, and what else it can be made to do. */
export interface PlainSlot<in Delivered, out Given> extends Slot<Delivered, Given> {
  /** Each delivery runs the routine with a list of all so far, behind `initial`. */
  append(initial?: Given | readonly Given[]): Slot<Delivered, Given[]>;
  /**
   * Each delivery runs the routine with what a pure function makes of the value before and the delivery; a schema is applied to
   * the merged value.
   */
  merge<Next, Merged>(merge: (previous: Merged, next: Next) => Merged, initial: Merged): Slot<Next, Merged>;
  merge<Next, Merged>(merge: (previous: Merged | undefined, next: Next) => Merged): Slot<Next, Merged>;
  /** Runs the routine once for so many deliveries, with a list; with `withinMs` also with fewer, so long after the first of them. */
  count(count: number, options?: CountOptions): Slot<Delivered, Given[]>;
  /** Runs the routine once, with a list, when nothing more can come. */
  all(): Slot<Delivered, Given[]>;
  /** Runs the routine with a list when nothing has come for so long, in ms, or nothing more can come. */
  quiet(quietMs: number): Slot<Delivered, Given[]>;
}

/**
 * An input of a routine: of a type, or of a Standard Schema that checks what is delivered. Immutable.
 *
 * @example
 * ```ts
 * import { slot } from "@reprise/flow";
 *
 * const each = slot<string>(); // the routine runs once per delivery
 * const pairs = slot<string>().count(2).whenIncomplete("run"); // once for two, the last time perhaps for one
 * const sum = slot().merge((total: number, next: number) => total + next, 0);
 * ```
 */
export function slot(): PlainSlot<unknown, unknown>;
export function slot<Value>(): PlainSlot<Value, Value>;
export function slot<Delivered, Given>(schema: StandardSchemaV1<Delivered, Given>): PlainSlot<Delivered, Given>;
export function slot(schema?: StandardSchemaV1): PlainSlot<never, unknown> {
  if (schema !== undefined && !isSchema(schema)) invalidDefinition("slot", `must be given a Standard Schema, such as one of zod, valibot or arktype, got ${shown(schema)}`);
  const withMode = (mode: SlotMode): Slot<never, never> => slotOf(schema, mode, "fail") as Slot<never, never>;
  return Object.freeze({
    ...slotOf(schema, { kind: "override" }, "fail"),
    append: (initial: unknown = []) => withMode({ kind: "append", initial: Array.isArray(initial) ? [...(initial as unknown[])] : [initial] }),
    merge(merge: (previous: never, next: never) => unknown, initial?: unknown) {
      checkFunction("slot.merge", merge);
      return withMode({ kind: "merge", merge, initial }) as never;
    },
    count(count: number, options: CountOptions = {}) {
      checkCount("slot.count", count);
      checkOptions("slot.count", options, { withinMs: true } satisfies OptionNames<CountOptions>);
      const { withinMs } = options;
      if (withinMs !== undefined) checkMs("slot.count.withinMs", withinMs);
      return withMode({ kind: "count", count, ...(withinMs !== undefined && { withinMs }) });
    },
    all: () => withMode({ kind: "all" }),
    quiet(quietMs: number) {
      checkMs("slot.quiet", quietMs);
      return withMode({ kind: "quiet", quietMs });
    },
  });
}

/** Is this a Standard Schema? */
export function isSchema(value: unknown): value is StandardSchemaV1 {
  return (typeof value === "object" || typeof value === "function") && value !== null && typeof (value as Partial<StandardSchemaV1>)["~standard"]?.validate === "function";
}

function slotOf(schema: StandardSchemaV1 | undefined, mode: SlotMode, onIncomplete: OnIncomplete): Slot<never, unknown> {
  return Object.freeze({
    kind: "slot" as const,
    schema,
    mode: Object.freeze(mode),
    onIncomplete,
    whenIncomplete(rule: OnIncomplete) {
      checkOnIncomplete("slot.whenIncomplete", rule);
      return slotOf(schema, mode, rule) as Slot<never, never>;
    },
  });
}

/** Throws `INVALID_DEFINITION` unless the value is a rule for slots that stay unfilled. */
export function checkOnIncomplete(path: string, rule: unknown): void {
  if (!Object.values(OnIncomplete).includes(rule as OnIncomplete)) invalidDefinition(path, `must be "fail", "run" or "drop", got ${shown(rule)}`);
}
