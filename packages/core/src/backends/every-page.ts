import type { ListPage, ListQuery } from "../ports/state-backend.ts";

/**
 * Every page of a list of runs, from the first on: what `list` gives for the query, and what it goes on with.
 *
 * @example
 * ```ts
 * import { memoryBackend } from "@reprise/backend-memory";
 * import { everyPage } from "@reprise/core/spi";
 *
 * const backend = memoryBackend();
 * let runs = 0;
 * for await (const { rows } of everyPage((query) => backend.list(query), { limit: 50 })) runs += rows.length;
 * console.log(runs); // 0
 * ```
 */
export async function* everyPage(list: (query: ListQuery) => Promise<ListPage>, query: ListQuery = {}): AsyncGenerator<ListPage> {
  for (let asked: ListQuery | undefined = query; asked !== undefined; ) {
    const page: ListPage = await list(asked);
    yield page;
    asked = page.next === undefined ? undefined : { ...query, cursor: page.next };
  }
}
