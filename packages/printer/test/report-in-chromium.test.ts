import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderHtml } from "../src/index.ts";
import { chromiumInstalled, openInChromium } from "./chromium.ts";
import { runBuilder } from "./run-builder.ts";
import { failedRun } from "./sample-runs.ts";

// How to know that it works: a real browser takes the page for what it was meant to be, runs nothing of what a hostile run has
// put into it, and draws bars of the colours that the legend explains, by day and by night.

if (!chromiumInstalled) console.warn("SKIPPED: the HTML report in Chromium, for there is no /usr/bin/chromium here (Debian's package `chromium`)");

describe.skipIf(!chromiumInstalled)("the HTML report in Chromium", { timeout: 120_000 }, () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "reprise-report-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const saved = async (name: string, page: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, page);
    return pathToFileURL(path).href;
  };

  test("a hostile run adds no element, and none of its scripts runs", async () => {
    const run = runBuilder("</title><script>document.title='owned'</script>");
    const call = run.start("tool_call", "a<img src=x onerror=document.title='owned'>", undefined, { input: "</pre><script>document.title='owned'</script>" });
    run.fail(call, { code: "<b>", message: "\"><svg onload=document.title='owned'>" }, { final: true });
    const url = await saved("hostile.html", renderHtml(run.items, { details: "io" }));
    const page = await openInChromium(url, folder, ["--dump-dom"]);
    expect(page).toContain("</html>");
    expect(page).not.toMatch(/<(?:script|img|svg)\b|<b>(?!\d|Errors|Slowest|n\/a)/);
    expect(/<title>([^<]*)<\/title>/.exec(page)?.[1]).toContain("&lt;script&gt;");
    expect(page.match(/<details /g)).toHaveLength(1);
  });

  test("the timeline is drawn in the colours of its legend, light and dark", async () => {
    const url = await saved("report.html", renderHtml(failedRun().items, { title: "research-report" }));
    const looks = [
      ["light", [], { page: 0xffffff, good: 0x1a7f37, bad: 0xcf222e }],
      ["dark", ["--blink-settings=preferredColorScheme=0"], { page: 0x0d1117, good: 0x3fb950, bad: 0xf85149 }],
    ] as const;
    for (const [name, flags, colours] of looks) {
      const path = join(folder, `${name}.png`);
      await openInChromium(url, folder, ["--window-size=1200,1200", `--screenshot=${path}`, ...flags]);
      const counts = coloursOf(await readFile(path));
      expect(counts.get(colours.page) ?? 0).toBeGreaterThan(500_000);
      // Bars are more than any text of the same colour: one of 4.4 s in 14 s on a track of 400 columns is 130 columns long.
      expect(counts.get(colours.good) ?? 0).toBeGreaterThan(2_000);
      expect(counts.get(colours.bad) ?? 0).toBeGreaterThan(1_000);
    }
  });
});

/** How many pixels of a PNG (8 bits, no interlacing) have each colour. */
function coloursOf(png: Buffer): ReadonlyMap<number, number> {
  const chunks: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") chunks.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const channels = png[25] === 6 ? 4 : 3;
  const data = inflateSync(Buffer.concat(chunks));
  const stride = width * channels;
  const counts = new Map<number, number>();
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y += 1) {
    const row = unfiltered(data.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)), above, data[y * (stride + 1)] ?? 0, channels);
    for (let x = 0; x < stride; x += channels) {
      const colour = (row[x] ?? 0) * 0x10000 + (row[x + 1] ?? 0) * 0x100 + (row[x + 2] ?? 0);
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    above = row;
  }
  return counts;
}

/** A row of pixels from its differences, by the filters of the PNG specification, section 9. */
function unfiltered(line: Uint8Array, above: Uint8Array, filter: number, channels: number): Uint8Array<ArrayBuffer> {
  const row = new Uint8Array(line.length);
  for (let x = 0; x < line.length; x += 1) {
    const left = row[x - channels] ?? 0;
    const up = above[x] ?? 0;
    const corner = above[x - channels] ?? 0;
    const predicted = [0, left, up, Math.floor((left + up) / 2), paeth(left, up, corner)][filter] ?? 0;
    row[x] = (line[x] ?? 0) + predicted;
  }
  return row;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const distances = [left, up, corner].map((value) => Math.abs(estimate - value));
  const least = Math.min(...distances);
  return [left, up, corner][distances.indexOf(least)] ?? 0;
}
