import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { brokenLinks } from "../src/broken-links.ts";

test("a link to a page or an anchor that is not there is found, on whichever page", async () => {
  const folder = await mkdtemp(join(tmpdir(), "reprise-site-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "index.html"), '<a href="b.html#x">1</a> <a href="b.html#y">2</a> <a href="https://example.org/c.html">3</a> <img src="d.png"> <a href="#here" id="here">4</a>');
  await writeFile(join(folder, "b.html"), '<a href="./">5</a> <p id="x"></p> <a href="e/">6</a> <a href="index.html?a=1&amp;b=2#there">7</a>');
  expect(brokenLinks(folder)).toEqual([
    "b.html links to e/, which is not there",
    "b.html links to index.html?a=1&b=2#there, which is not there",
    "index.html links to b.html#y, an anchor that is not there",
    "index.html links to d.png, which is not there",
  ]);
});
