import { readFileSync } from "node:fs";
import { createReprise } from "@reprise/core";
import { stateBackendSuite } from "@reprise/testing/vitest";
import type { StateBackend } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { flaky } from "../../src/index.ts";
import { keyValueBackend, type KeyValues } from "./key-value-backend.ts";

// How to know that it works: a backend as a stranger would write it, with nothing but the public entries, passes the suite.

const stores = new WeakMap<StateBackend, KeyValues>();
const openOn = (store: KeyValues): ReturnType<typeof keyValueBackend> => {
  const backend = keyValueBackend(store);
  stores.set(backend, store);
  return backend;
};

stateBackendSuite("an example over a key-value map", {
  open: () => openOn(new Map<string, string>()),
  abandon: (backend, stateId) => (backend as ReturnType<typeof keyValueBackend>).abandon(stateId),
});

test("it is short, imports nothing that is not public, and runs pipelines", async () => {
  const source = readFileSync(new URL("key-value-backend.ts", import.meta.url), "utf8");
  expect(source.split("\n").length).toBeLessThan(150);
  expect([...source.matchAll(/from "(?<module>[^"]+)"/gu)].map((match) => match.groups?.["module"])).toEqual(["@reprise/core/spi"]);
  const store = new Map<string, string>();
  await createReprise({ backend: openOn(store) }).execute(flaky(0), "in", { stateId: "run-1" });
  expect(await createReprise({ backend: openOn(store) }).resume(flaky(9), "run-1")).toMatchObject({ status: "completed", value: "in" });
});
