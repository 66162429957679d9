import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { memoryBackend } from "@reprise/backend-memory";
import { eventPrinter } from "@reprise/printer";
import type { Opener } from "../contestant.ts";
import { repriseSession } from "./reprise-session.ts";

/** As `repriseMemory`, with a printer that appends a line for each event to a file, at once. */
export const reprisePrinted: Opener = async ({ directory, work }) => {
  const file = openSync(join(directory, "log"), "w");
  const printer = eventPrinter({ mode: "append", stream: { write: (text: string) => writeSync(file, text) > 0 } });
  return repriseSession({ backend: memoryBackend(), subscribers: [printer] }, work);
};
