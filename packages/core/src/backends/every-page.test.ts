import { expect, test } from "vitest";
import type { ListPage, ListQuery } from "../ports/state-backend.ts";
import { everyPage } from "./every-page.ts";

/** A list whose pages are numbered by their cursors. */
function numberedPages(count: number): { readonly asked: ListQuery[]; readonly list: (query: ListQuery) => Promise<ListPage> } {
  const asked: ListQuery[] = [];
  const list = async (query: ListQuery): Promise<ListPage> => {
    asked.push(query);
    const next = Number(query.cursor ?? "0") + 1;
    return { rows: [], damaged: [], ...(next < count && { next: String(next) }) };
  };
  return { asked, list };
}

test("S4: every page is asked for once, each with the query and behind the one before", async () => {
  const { asked, list } = numberedPages(3);
  let pages = 0;
  for await (const page of everyPage(list, { status: ["running"], limit: 7 })) {
    expect(page.rows).toEqual([]);
    pages += 1;
  }
  expect(pages).toBe(3);
  expect(asked).toEqual([
    { status: ["running"], limit: 7 },
    { status: ["running"], limit: 7, cursor: "1" },
    { status: ["running"], limit: 7, cursor: "2" },
  ]);
});

test("S4: a page is asked for when the one before it has been used", async () => {
  const { asked, list } = numberedPages(3);
  for await (const page of everyPage(list, {})) if (page.next === "1") break;
  expect(asked).toEqual([{}]);
});
