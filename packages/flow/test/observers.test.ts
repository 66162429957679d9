import { memoryBackend } from "@reprise/backend-memory";
import { createReprise, type LogNotice } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { defineFlow } from "../src/index.ts";
import { outputsOf, passing } from "./support/flows.ts";

// How to know that it works: whoever only watches a job changes nothing of it, whatever he throws, and is not passed over in silence.

describe("F6: what a progress listener throws never reaches the job", () => {
  const flow = defineFlow({ id: "watched" }).pipe(passing("first")).pipe(passing("second")).build();
  /** What becomes of a job with this listener, beside one that works. */
  async function watchedBy(listener: () => unknown) {
    const notices: LogNotice[] = [];
    const reprise = createReprise({ backend: memoryBackend(), subscribers: [{ attach: (run) => void run.on("log", (notice) => void notices.push(notice)) }] });
    const job = await flow.on(reprise).start("x", { jobId: "watched" });
    const seen: number[] = [];
    job.onProgress(listener);
    job.onProgress(({ second }) => void seen.push(second?.completed ?? 0));
    const outcome = await job.done();
    return { outcome, notices: notices.map(({ code, address, message, data }) => ({ code, address, message, data })), seen, status: (await flow.on(reprise).state("watched")).status };
  }
  const reported = [{ code: "ACTOR_LOG", address: "watched::agent_call", message: expect.stringContaining("a progress listener failed") as string, data: expect.objectContaining({ message: "the listener broke" }) as Error }];

  test.each<readonly [string, () => unknown]>([
    ["at once", () => { throw new Error("the listener broke"); }],
    ["later", async () => Promise.reject(new Error("the listener broke"))],
  ])("%s: the job completes, others still hear, and it is reported once", async (_, listener) => {
    const { outcome, notices, seen, status } = await watchedBy(listener);
    expect(outputsOf(outcome)).toEqual({ "second.output": ["x"] });
    expect(status).toBe("completed");
    expect(seen.at(-1)).toBe(1);
    expect(notices).toEqual(reported);
  });

  test("what waits for a condition hears of what it threw, and nobody else does", async () => {
    const job = await flow.on(createReprise()).start("x");
    await expect(job.waitUntil(({ second }) => { if (second?.completed === 1) throw new Error("the condition broke"); return false; })).rejects.toThrow("the condition broke");
    expect((await job.done()).status).toBe("completed");
  });
});
