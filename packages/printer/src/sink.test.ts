import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { sinkFor } from "./sink.ts";

test("lines go out as one chunk with a line break at the end", () => {
  const chunks: string[] = [];
  const sink = sinkFor({ write: (text) => chunks.push(text) });
  sink.write(["one", "two"]);
  sink.write([]);
  expect(chunks).toEqual(["one\ntwo\n"]);
});

test("a stream that reports an error is not written to again, and has one listener however often it is used", async () => {
  const stream = new PassThrough();
  const sink = sinkFor(stream);
  expect(sinkFor(stream)).toBe(sink);
  expect(stream.listenerCount("error")).toBe(1);
  stream.destroy(new Error("write EPIPE"));
  await new Promise((resolve) => stream.once("close", resolve));
  expect(sink.broken).toBe(true);
  sink.write(["lost"]);
});

test("H5: when the reader of a pipe goes away the program that prints goes on to its end", { timeout: 20_000 }, async () => {
  const program = fileURLToPath(new URL("../test/prints-into-a-pipe.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@reprise/source", program], { stdio: ["ignore", "pipe", "pipe"] });
  let outcome = "";
  child.stderr.on("data", (chunk: Buffer) => (outcome += chunk.toString()));
  child.stdout.once("data", () => child.stdout.destroy());
  const [code] = await once(child, "close");
  expect(outcome).toContain("the run has ended");
  expect(code).toBe(0);
});
