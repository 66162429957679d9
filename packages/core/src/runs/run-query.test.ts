import { expect, test } from "vitest";
import { isRepriseError } from "../errors/reprise-error.ts";
import { createReprise } from "./create-reprise.ts";
import { checkedQuery, type RunQuery } from "./run-query.ts";

test("S4: a query may name one status or several", () => {
  expect(checkedQuery({ status: "paused" })).toEqual({ status: ["paused"] });
  expect(checkedQuery({ status: ["paused", "failed"], tags: ["a"] })).toEqual({ status: ["paused", "failed"], tags: ["a"] });
  expect(checkedQuery()).toEqual({});
});

test.for<[query: unknown, path: string, said: string]>([
  [{ tags: "production" }, "tags", '"production"'],
  [{ anyTag: [1] }, "anyTag", "type object"],
  [{ status: "pause" }, "status", '"pause"'],
  [{ status: ["paused", 3] }, "status", "3"],
  [{ pipelineName: 3 }, "pipelineName", "3"],
  [{ dueBefore: "now" }, "dueBefore", '"now"'],
  [{ createdAfter: Number.NaN }, "createdAfter", "NaN"],
  [{ limit: 0 }, "limit", "0"],
  [{ cursor: 7 }, "cursor", "7"],
  [{ tag: ["production"] }, "query", '"tag"'],
  ["production", "query", '"production"'],
])("S4: the query %j is refused with the option, the rule and the value", async ([query, path, said]) => {
  const refused = createReprise().list(query as RunQuery);
  await expect(refused).rejects.toSatisfy((error) => isRepriseError(error, "INVALID_OPTION") && error.path === path && error.message.includes(said));
});
