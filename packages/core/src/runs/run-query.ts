import { checkObject, checkTexts, checkTime, invalid } from "../errors/invalid.ts";
import { StateStatus } from "../events/event-type.ts";
import type { ListQuery } from "../ports/state-backend.ts";

/** Filters of `list`; every given one must hold (rule S4). */
export interface RunQuery extends Omit<ListQuery, "status"> {
  /** This status, or one of these. */
  readonly status?: StateStatus | readonly StateStatus[];
}

const checks: { readonly [Option in keyof Required<RunQuery>]: (option: string, value: unknown) => void } = {
  tags: checkTexts,
  anyTag: checkTexts,
  status: (option, value) => {
    for (const status of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (!statuses.includes(status)) invalid(option, `one or several of ${statuses.map((known) => `"${String(known)}"`).join(", ")}`, status);
    }
  },
  pipelineName: checkText,
  parentStateId: checkText,
  dueBefore: checkTime,
  createdAfter: checkTime,
  limit: (option, value) => {
    if (!Number.isSafeInteger(value) || (value as number) < 1) invalid(option, "a whole number from 1", value);
  },
  cursor: checkText,
};
const statuses: readonly unknown[] = Object.values(StateStatus);

/**
 * The query as backends take it. Throws `INVALID_OPTION`, also for an option that does not exist: a misspelt filter would find everything.
 *
 * @example
 * ```ts
 * import { checkedQuery } from "@reprise/core/spi";
 *
 * console.log(checkedQuery({ status: "failed", limit: 10 }).status); // [ 'failed' ]
 * ```
 */
export function checkedQuery(query: RunQuery = {}): ListQuery {
  checkObject("query", query);
  for (const [option, value] of Object.entries(query)) {
    const check = Object.hasOwn(checks, option) ? checks[option as keyof RunQuery] : undefined;
    if (check === undefined) invalid("query", `filters by ${Object.keys(checks).join(", ")}`, option);
    if (value !== undefined) check(option, value);
  }
  const { status, ...rest } = query;
  return status === undefined ? rest : { ...rest, status: typeof status === "string" ? [status] : status };
}

function checkText(option: string, value: unknown): void {
  if (typeof value !== "string") invalid(option, "a text", value);
}
