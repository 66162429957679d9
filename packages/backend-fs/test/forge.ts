import { crc32c } from "../src/crc32c.ts";
import { makeFrame, type Frame, type FrameFields } from "../src/frame.ts";
import { runPaths, storePaths } from "../src/paths.ts";
import { scanSegment } from "../src/scan-segment.ts";
import { below, mutatedBytes, pick } from "./mutate-bytes.ts";
import type { Random } from "./sim-disk.ts";

const { seed } = runPaths(storePaths("/store"), "run-1");
const numbers = [0, 1, 2, 3, 255, 0xffff, 0xfffffff, 0xffffffff];

/** A segment as a liar would write it: payloads and fields of frames changed, every checksum right. */
export function forgedSegment(bytes: Uint8Array, epoch: number, random: Random): Uint8Array {
  const { frames } = scanSegment(bytes, epoch, seed);
  // Mostly the header: most depends on it.
  const victim = random() < 0.5 ? 0 : below(frames.length, random);
  let previous = 0;
  const forged = frames.map((frame, index) => {
    const payload = bytes.subarray(frame.payloadStart, frame.payloadEnd);
    const isVictim = index === victim;
    const { bytes: whole, crc } = makeFrame(
      { ...(isVictim && random() < 0.4 ? changedFields(frame, random) : frame), previous },
      isVictim && random() < 0.8 ? mutatedBytes(payload, random) : payload,
      seed,
    );
    previous = crc;
    return whole;
  });
  return Buffer.concat(forged);
}

/** A segment with another header and the checksums of that. */
export function segmentWithHeader(bytes: Uint8Array, epoch: number, change: (header: object) => unknown): Uint8Array {
  const { frames } = scanSegment(bytes, epoch, seed);
  let previous = 0;
  const forged = frames.map((frame, index) => {
    const payload = bytes.subarray(frame.payloadStart, frame.payloadEnd);
    const header = (): Uint8Array => Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(payload).toString("utf8")) as object)));
    const { bytes: whole, crc } = makeFrame({ ...frame, previous }, index === 0 ? header() : payload, seed);
    previous = crc;
    return whole;
  });
  return Buffer.concat(forged);
}

function changedFields({ kind, epoch, firstSeq, count, synced, previous }: Frame, random: Random): FrameFields {
  const fields = { kind, epoch, firstSeq, count, synced, previous };
  const changed = pick(["firstSeq", "count", "synced", "epoch", "kind"] as const, random);
  if (changed === "kind") return { ...fields, kind: pick(["H", "E", "B", "Z"] as const, random) };
  return { ...fields, [changed]: changed === "count" ? pick(numbers, random) & 0xffff : pick(numbers, random) };
}

/** `head.json` with other content and the checksum of that. */
export function forgedHead(bytes: Uint8Array, random: Random): Uint8Array {
  const { head } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { readonly head: unknown };
  const text = Buffer.from(mutatedBytes(Buffer.from(JSON.stringify(head)), random)).toString("utf8");
  const check = crc32c(Buffer.from(normalized(text), "utf8")).toString(16).padStart(8, "0");
  return Buffer.from(`{"format":1,"check":"${check}","head":${text}}\n`);
}

/** As `JSON.stringify` writes what is read; the text itself if it cannot be read. */
function normalized(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return text;
    throw error;
  }
}

/** A message of other content with the checksum of that. */
export function forgedMessage(bytes: Uint8Array, random: Random): Uint8Array {
  const content = mutatedBytes(bytes.subarray(9), random);
  return Buffer.concat([Buffer.from(`${crc32c(content, 0, content.length, seed).toString(16).padStart(8, "0")}\n`), content]);
}
