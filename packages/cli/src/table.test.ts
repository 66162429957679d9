import { measuresFor } from "@reprise/printer/text";
import fc from "fast-check";
import { expect, test } from "vitest";
import { tableLines, type Column } from "./table.ts";

interface Row {
  readonly id: string;
  readonly status: string;
  readonly tags: string;
}
const columns: readonly Column<Row>[] = [
  { title: "RUN", text: ({ id }) => id },
  { title: "STATUS", text: ({ status }) => status, dropped: 1 },
  { title: "TAGS", text: ({ tags }) => tags, dropped: 2 },
];
const row: Row = { id: "a-run-with-a-long-name", status: "completed", tags: "nightly web" };

test("a table loses columns, the least wanted first, and then cuts the widest, until it fits", async () => {
  expect(await tableLines([row], columns, undefined, "…")).toEqual(["RUN                     STATUS     TAGS", "a-run-with-a-long-name  completed  nightly web"]);
  expect(await tableLines([row], columns, 40, "…")).toEqual(["RUN                     STATUS", "a-run-with-a-long-name  completed"]);
  expect(await tableLines([row], columns, 12, "…")).toEqual(["RUN", "a-run-with-…"]);
});

test("a column in which no row has anything is left out for people, not for programs", async () => {
  const rows: readonly Row[] = [{ id: "a", status: "", tags: "web" }, { id: "b", status: "", tags: "" }];
  expect(await tableLines(rows, columns, 40, "…")).toEqual(["RUN  TAGS", "a    web", "b"]);
  expect(await tableLines(rows, columns, undefined, "…")).toEqual(["RUN  STATUS  TAGS", "a            web", "b"]);
});

test("for any rows and width no line is wider than the terminal or more than one line", async () => {
  const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), fc.constantFrom("日本語のタイトル", "👩‍👩‍👧‍👦", "\u001b[2Jgone\r\n", "cafe\u0301"));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ id: text, status: text, tags: text }), { maxLength: 5 }), fc.integer({ min: 8, max: 120 }), async (rows, width) => {
      const lines = await tableLines(rows, columns, width, "…");
      const { textWidth } = await measuresFor(lines);
      expect(lines).toHaveLength(rows.length + 1);
      for (const line of lines) {
        expect(textWidth(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/\p{Cc}/u);
      }
    }),
  );
});
