import { crc32c } from "../src/crc32c.ts";
import { FrameReader, makeFrame, type Frame, type FrameFields } from "../src/frame.ts";
import { runPaths, storePaths } from "../src/paths.ts";
import { scanSegment } from "../src/scan-segment.ts";
import { below, mutatedBytes, pick } from "./mutate-bytes.ts";
import type { Random } from "./sim-disk.ts";

const { seed } = runPaths(storePaths("/store"), "run-1");
const numbers = [0, 1, 2, 3, 255, 0xffff, 0xfffffff, 0xffffffff];

/** A segment whose frames say something else, with the checksums of that. */
export function resealed(
  bytes: Uint8Array,
  epoch: number,
  change: (frame: Frame, payload: Uint8Array, index: number) => { readonly fields?: Partial<FrameFields>; readonly payload?: Uint8Array },
): Uint8Array {
  let previous = 0;
  const reader = new FrameReader(bytes, seed);
  const forged = scanSegment(bytes, epoch, seed).frames.map((frame, index) => {
    const payload = bytes.subarray(frame.payloadStart, frame.payloadEnd);
    const changed = change(frame, payload, index);
    const { bytes: whole, crc } = makeFrame({ ...reader.headerAt(frame.offset)!, ...changed.fields, previous }, changed.payload ?? payload, seed);
    previous = crc;
    return whole;
  });
  return Buffer.concat(forged);
}

/** A segment as a liar would write it: payloads and fields of one frame changed. */
export function forgedSegment(bytes: Uint8Array, epoch: number, random: Random): Uint8Array {
  const { length } = scanSegment(bytes, epoch, seed).frames;
  // Mostly the header: most depends on it.
  const victim = random() < 0.5 ? 0 : below(length, random);
  return resealed(bytes, epoch, (_, payload, index) => {
    if (index !== victim) return {};
    return { ...(random() < 0.4 && { fields: changedFields(random) }), ...(random() < 0.8 && { payload: mutatedBytes(payload, random) }) };
  });
}

/** A segment with another header. */
export function segmentWithHeader(bytes: Uint8Array, epoch: number, change: (header: object) => unknown): Uint8Array {
  return resealed(bytes, epoch, (_, payload, index) => (index === 0 ? { payload: Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(payload).toString("utf8")) as object))) } : {}));
}

function changedFields(random: Random): Partial<FrameFields> {
  const changed = pick(["firstSeq", "count", "synced", "epoch", "kind"] as const, random);
  if (changed === "kind") return { kind: pick(["H", "E", "B", "Z"] as const, random) };
  return { [changed]: changed === "count" ? pick(numbers, random) & 0xffff : pick(numbers, random) };
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
