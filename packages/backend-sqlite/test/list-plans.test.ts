import { nodeSqlite, sqliteBackend } from "@reprise/backend-sqlite";
import type { ListQuery } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { closedAtTheEnd, hold, meddle, storeFile } from "./support/store-file.ts";

/** What SQLite says of how it does what `list` asks for. */
async function plansOf(queries: readonly ListQuery[]): Promise<readonly string[]> {
  const file = await storeFile();
  const statements: string[] = [];
  const driver = nodeSqlite();
  const listening = {
    open(path: string) {
      const connection = driver.open(path);
      return { ...connection, prepare: (sql: string) => (statements.push(sql), connection.prepare(sql)) };
    },
  };
  const backend = closedAtTheEnd(sqliteBackend({ file, driver: listening }));
  await (await hold(backend)).append([Buffer.from("x")], { expect: 0, header: { tags: ["a"] } });
  const plans: string[] = [];
  for (const query of queries) {
    statements.length = 0;
    await backend.list(query);
    const listed = statements.filter((sql) => sql.includes("FROM runs LEFT JOIN"));
    expect(listed).toHaveLength(1);
    plans.push(meddle(file, (database) => database.prepare(`EXPLAIN QUERY PLAN ${listed[0]}`).all().map(({ detail }) => detail).join("; ")));
  }
  return plans;
}

test("S4: list uses an index for every order and filter, and never looks at records", async () => {
  const cursor = JSON.stringify([5, "run-1"]);
  const queries: readonly (readonly [ListQuery, string])[] = [
    [{}, "runs_newest"],
    [{ cursor }, "runs_newest"],
    [{ createdAfter: 5 }, "runs_newest"],
    [{ status: ["awaiting"] }, "runs_by_status"],
    [{ pipelineName: "p" }, "runs_by_pipeline"],
    [{ parentStateId: "p" }, "runs_by_parent"],
    [{ tags: ["a", "b"] }, "tags"],
    [{ anyTag: ["a", "b"] }, "tags"],
  ];
  const plans = await plansOf(queries.map(([query]) => query));
  for (const [index, [query, name]] of queries.entries()) {
    const plan = plans[index]!;
    expect(plan, JSON.stringify(query)).toContain(name);
    expect(plan).not.toContain("records");
    expect(plan, JSON.stringify(query)).not.toMatch(/SCAN (?:runs|tags)(?! USING)/u);
  }
  // Those that come from one index in its order need no sorting.
  for (const index of [0, 1, 2, 3, 4, 5]) expect(plans[index]).not.toContain("TEMP B-TREE FOR ORDER BY");
});
