import { Writable } from "node:stream";
import { memoryBackend } from "@reprise/backend-memory";
import { eventPrinter, type EventPrinterOptions } from "@reprise/printer";
import { subscriberSuite } from "@reprise/testing/vitest";

/** What is printed goes nowhere; a terminal of this width takes it. */
function sink(columns: number): NonNullable<EventPrinterOptions["stream"]> {
  return Object.assign(new Writable({ write: (_chunk, _encoding, done) => done() }), { columns, isTTY: true });
}

for (const mode of ["live", "tree", "append", "json", "silent"] as const) {
  subscriberSuite(`eventPrinter, mode ${mode}`, { subscriber: () => eventPrinter({ mode, stream: sink(44), details: "io", causes: true }), backend: memoryBackend });
}
