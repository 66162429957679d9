import type { Reprise, StateStatus } from "@reprise/core";
import { Refusal } from "./refusal.ts";

type Query = NonNullable<Parameters<Reprise["list"]>[0]>;

const longestPage = 1_000;

/** A page of runs, as `list` of a Reprise gives it; of runs that cannot be read only the ids. */
export async function runList(reprise: Pick<Reprise, "list">, parameters: URLSearchParams): Promise<object> {
  const { rows, next, damaged } = await reprise.list(queryOf(parameters));
  return { runs: rows, next, damaged: damaged.map(({ stateId }) => stateId) };
}

const lists = { tag: "tags", anyTag: "anyTag", status: "status" } as const;
const texts = ["pipelineName", "parentStateId", "cursor"] as const;
const numbers = ["limit", "dueBefore", "createdAfter"] as const;

function queryOf(parameters: URLSearchParams): Query {
  const query: { -readonly [Name in keyof Query]: Query[Name] } = {};
  for (const name of new Set(parameters.keys())) {
    const all = parameters.getAll(name);
    const [first = "", ...more] = all;
    if (name in lists) {
      query[lists[name as keyof typeof lists]] = all as StateStatus[];
    } else if (more.length > 0) {
      throw new Refusal(400, "INVALID_QUERY", `${name} is given ${all.length} times`);
    } else if (texts.includes(name as (typeof texts)[number])) {
      query[name as (typeof texts)[number]] = first;
    } else if (numbers.includes(name as (typeof numbers)[number])) {
      query[name as (typeof numbers)[number]] = numberIn(name, first);
    } else {
      throw new Refusal(400, "INVALID_QUERY", `${name} is none of ${[...Object.keys(lists), ...texts, ...numbers].join(", ")}`);
    }
  }
  if ((query.limit ?? 1) > longestPage) throw new Refusal(400, "INVALID_QUERY", `limit must be at most ${longestPage}`);
  return query;
}

/** Throws 400. */
export function numberIn(name: string, text: string): number {
  if (!/^\d{1,16}$/u.test(text)) throw new Refusal(400, "INVALID_QUERY", `${name} must be a whole number`);
  return Number(text);
}
