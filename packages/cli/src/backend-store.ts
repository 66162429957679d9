import type { Reprise } from "@reprise/core";
import { checkedQuery, type StateBackend } from "@reprise/core/spi";
import type { Store } from "./store.ts";

/** A store of which only the backend is known. */
export function backendStore(backend: StateBackend, name: string): Store {
  let made: Promise<Reprise> | undefined;
  return {
    name,
    actors: [],
    list: async (query) => backend.list(checkedQuery(query)),
    reprise: () => (made ??= import("@reprise/core").then(({ createReprise }) => createReprise({ backend }))),
    close: async () => (made === undefined ? backend.close() : (await made).close()),
  };
}
