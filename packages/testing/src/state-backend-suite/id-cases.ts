import { expect } from "vitest";
import { bytesOf, collect, hold, rejection, textsOf, type SuiteContext } from "./suite-context.ts";

const strange = [
  "..", ".", "a/b", "a\\b", "../../x", "/etc/passwd", "C:", "C:\\x", "CON", "con", "aux.txt", "lpt1", "trailing.", "trailing ", " leading",
  "%2e%2e", "%2E", "a", "A", "a%62", "ab", "\u202eabc", "a\u200db", "\u00e9", "e", "ä", "日本", "\u{1f600}", "?x", "x:y", "x*", "h-", "tmp", "STORE",
  `h-${"0".repeat(40)}`, "x".repeat(200), "%".repeat(200), "é".repeat(100), "-", "_", "~", "a b", "'", '"', "a;b", "$HOME", "`x`", "#1",
] as const;

/** Ids of runs are data: they stay distinct or are refused. */
export function idCases({ open, test }: SuiteContext): void {
  test("INVALID_ID: empty, over-long, half a surrogate pair, control characters and decomposed letters are refused everywhere", async () => {
    const backend = await open();
    for (const stateId of ["", "x".repeat(201), "é".repeat(101), "a\0b", "a\nb", "\x7f", "\x85", "\ud800", "x\udc00y", "e\u0301"]) {
      for (const use of [
        () => hold(backend, stateId),
        () => backend.head(stateId),
        () => collect(backend.read(stateId)),
        () => backend.remove(stateId, { force: true }),
      ]) {
        expect(await rejection(use()), JSON.stringify(stateId)).toMatchObject({ code: "INVALID_ID", retry: "never" });
      }
    }
    expect((await backend.list()).rows).toEqual([]);
  });

  test("ids that are paths, device names, escapes or look alike are different runs", { timeout: 60_000 }, async () => {
    const backend = await open();
    for (const stateId of strange) {
      const writer = await hold(backend, stateId, { create: "must" });
      await writer.append([bytesOf(`this is ${stateId}`)], { expect: 0 });
      await writer.release();
    }
    for (const stateId of strange) expect(await textsOf(backend, stateId)).toEqual([`this is ${stateId}`]);
    const { rows } = await backend.list({ limit: 1000 });
    expect(rows.map((row) => row.stateId).toSorted()).toEqual([...strange].toSorted());
  });

  test("names of Object.prototype are ids, tags and values like any other", async () => {
    const backend = await open();
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      expect(await backend.head(name)).toBeUndefined();
      const writer = await hold(backend, name);
      await writer.append([bytesOf(name)], { expect: 0, header: { tags: [name], pipelineName: name, parentStateId: name } });
      expect(await textsOf(backend, name)).toEqual([name]);
      expect((await backend.list({ tags: [name], pipelineName: name, parentStateId: name })).rows).toHaveLength(1);
    }
    expect(({} as Record<string, unknown>)["status"]).toBeUndefined();
  });
}
