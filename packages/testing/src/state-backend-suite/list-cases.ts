import type { HeaderPatch, ListQuery, StateBackend } from "@reprise/core/spi";
import { expect } from "vitest";
import { hold, records, rejection, type SuiteContext } from "./suite-context.ts";

/** What `list` finds, in which order, page by page. */
export function listCases(context: SuiteContext): void {
  const { open, abandon, test } = context;
  filterCases(context);

  test("S4: an empty store lists nothing", async () => {
    expect(await (await open()).list()).toEqual({ rows: [], damaged: [] });
  });

  test("S4: newest first, ties by id; a row is what head says", async () => {
    const backend = await open();
    await add(backend, "b", { createdAt: 200 });
    await add(backend, "c", { createdAt: 100 });
    await add(backend, "d", { createdAt: 300 });
    await add(backend, "a", { createdAt: 200 });
    expect(await ids(backend)).toEqual(["d", "a", "b", "c"]);
    const { rows } = await backend.list();
    for (const row of rows) expect(row).toEqual(await backend.head(row.stateId));
  });

  test("S4: pages follow each other without gap or repetition, whatever is added or removed meanwhile", async () => {
    const backend = await open();
    for (const [index, stateId] of ["a", "b", "c", "d", "e", "f", "g"].entries()) {
      await add(backend, stateId, { createdAt: Math.floor(index / 2), tags: ["t"] });
    }
    // Newest first: g | e f | c d | a b
    const first = await backend.list({ tags: ["t"], limit: 2 });
    expect(first.rows.map((row) => row.stateId)).toEqual(["g", "e"]);
    await backend.remove("e", { force: true });
    await add(backend, "newer", { createdAt: 99, tags: ["t"] });
    await add(backend, "ea", { createdAt: 2, tags: ["t"] });
    await backend.remove("c", { force: true });
    const second = await backend.list({ tags: ["t"], limit: 2, cursor: first.next! });
    expect(second.rows.map((row) => row.stateId)).toEqual(["ea", "f"]);
    const third = await backend.list({ tags: ["t"], limit: 2, cursor: second.next! });
    expect(third.rows.map((row) => row.stateId)).toEqual(["d", "a"]);
    const last = await backend.list({ tags: ["t"], limit: 2, cursor: third.next! });
    expect(last.rows.map((row) => row.stateId)).toEqual(["b"]);
    expect(last.next).toBeUndefined();
    expect((await backend.list({ limit: 7 })).next).toBeUndefined();
  });

  test("S4: at most 100 rows unless asked for more; a limit or cursor that means nothing is INVALID_OPTION", { timeout: 60_000 }, async () => {
    const backend = await open();
    await Promise.all(Array.from({ length: 101 }, (_, index) => add(backend, `run-${index}`, { createdAt: index })));
    const page = await backend.list();
    expect(page.rows).toHaveLength(100);
    expect((await backend.list({ cursor: page.next! })).rows.map((row) => row.stateId)).toEqual(["run-0"]);
    expect((await backend.list({ limit: 101 })).rows).toHaveLength(101);
    for (const query of [{ limit: 0 }, { limit: 1.5 }, { limit: -1 }, { cursor: "nonsense" }, { cursor: "[]" }]) {
      expect(await rejection(backend.list(query)), JSON.stringify(query)).toMatchObject({ code: "INVALID_OPTION" });
    }
  });

  test("S4: a row says whether somebody can be extending the run", async () => {
    const backend = await open();
    await hold(backend, "held");
    await (await hold(backend, "free")).release();
    await hold(backend, "dead");
    await abandon(backend, "dead");
    const leases = Object.fromEntries((await backend.list()).rows.map((row) => [row.stateId, row.lease]));
    expect(leases).toMatchObject({ held: "live", free: "none" });
    expect(["stale", "none"]).toContain(leases["dead"]);
  });
}

function filterCases({ open, test }: SuiteContext): void {
  test("S4: every given filter must hold: all tags, any tag, status, pipeline, parent, due, created", async () => {
    const backend = await open();
    await add(backend, "a", { createdAt: 1, tags: ["x", "y"], status: "completed", pipelineName: "p", wakeAt: 50 });
    await add(backend, "b", { createdAt: 2, tags: ["x"], status: "failed", pipelineName: "p", parentStateId: "a", wakeAt: 60 });
    await add(backend, "c", { createdAt: 3, tags: [], status: "awaiting", pipelineName: "q", parentStateId: "a" });
    const expected: [ListQuery, string[]][] = [
      [{ tags: ["x"] }, ["b", "a"]],
      [{ tags: ["y", "x"] }, ["a"]],
      [{ tags: ["z"] }, []],
      [{ anyTag: ["y", "z"] }, ["a"]],
      [{ status: ["failed", "awaiting"] }, ["c", "b"]],
      [{ pipelineName: "p" }, ["b", "a"]],
      [{ parentStateId: "a" }, ["c", "b"]],
      [{ dueBefore: 49 }, []],
      [{ dueBefore: 50 }, ["a"]],
      [{ dueBefore: 1e15 }, ["b", "a"]],
      // Whoever waits for nothing is never due.
      [{ dueBefore: Infinity }, ["b", "a"]],
      [{ dueBefore: -Infinity }, []],
      [{ createdAfter: 1 }, ["c", "b"]],
      [{ createdAfter: 1, tags: ["x"], status: ["failed"], pipelineName: "p", parentStateId: "a", dueBefore: 60 }, ["b"]],
      [{ createdAfter: 1, tags: ["x"], status: ["completed"] }, []],
    ];
    for (const [query, found] of expected) expect(await ids(backend, query), JSON.stringify(query)).toEqual(found);
  });

  test("S4: half a surrogate pair is part of no text that a run has, and finds none", async () => {
    const backend = await open();
    await add(backend, "a", { tags: ["t\ufffd"], pipelineName: "p\ufffd", parentStateId: "r\ufffd" });
    const queries: ListQuery[] = [{ tags: ["t\ud83d"] }, { anyTag: ["t\ud83d"] }, { pipelineName: "p\ud83d" }, { parentStateId: "r\udc00" }];
    for (const query of queries) expect(await ids(backend, query), JSON.stringify(query)).toEqual([]);
    expect(await ids(backend, { tags: ["t\ufffd"], anyTag: ["t\ud83d", "t\ufffd"], pipelineName: "p\ufffd", parentStateId: "r\ufffd" })).toEqual(["a"]);
  });
}

async function add(backend: StateBackend, stateId: string, header: HeaderPatch): Promise<void> {
  const writer = await hold(backend, stateId);
  await writer.append(records(2), { expect: 0, header });
  await writer.release();
}

async function ids(backend: StateBackend, query?: ListQuery): Promise<string[]> {
  return (await backend.list(query)).rows.map((row) => row.stateId);
}
