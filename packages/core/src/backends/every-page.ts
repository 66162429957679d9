import type { ListPage, ListQuery } from "../ports/state-backend.ts";

/** Every page of a list of runs, from the first on: what `list` gives for the query, and what it goes on with. */
export async function* everyPage(list: (query: ListQuery) => Promise<ListPage>, query: ListQuery = {}): AsyncGenerator<ListPage> {
  for (let asked: ListQuery | undefined = query; asked !== undefined; ) {
    const page: ListPage = await list(asked);
    yield page;
    asked = page.next === undefined ? undefined : { ...query, cursor: page.next };
  }
}
