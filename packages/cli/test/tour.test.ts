import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeTour } from "./tour/make-tour.ts";

test("docs/tour.md says what the commands print; write-tour.ts writes it anew", { timeout: 300_000 }, async () => {
  expect(await makeTour()).toBe(await readFile(new URL("../../../docs/tour.md", import.meta.url), "utf8"));
});
