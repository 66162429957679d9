import { join } from "node:path";
import { createReprise } from "@reprise/core";
import { beforeAll, describe, expect, test } from "vitest";
import { runReprise, type Finished } from "./support/run-reprise.ts";
import { fetchPage, storeKinds } from "./support/actors.ts";
import { configFor, filledStore, newDirectory, runKilledWhilePaying } from "./support/stores.ts";
import { useReprise } from "./support/use-reprise.ts";

describe.each(storeKinds)("on $kind", { timeout: 180_000 }, (kind) => {
  let store = "";
  const reprise = (...words: readonly string[]): Promise<Finished> => useReprise(words, { environment: { REPRISE_BACKEND: store } });
  const json = async (...words: readonly string[]): Promise<unknown> => {
    const { stdout, stderr } = await reprise(...words, "--json");
    expect(stderr).toBe("");
    return JSON.parse(stdout) as unknown;
  };

  describe("looking", () => {
    beforeAll(async () => {
      store = await filledStore(kind);
    });

    test.concurrent("list shows the runs, newest first, and filters them", async () => {
      const { code, stdout } = await reprise("list");
      expect(code).toBe(0);
      expect(stdout.split("\n").map((line) => line.split(/\s{2,}/u).slice(0, 2).join(" "))).toEqual(["RUN STATUS", "broken failed", "done completed", "asked awaiting", ""]);
      expect(await json("list", "--tag", "web", "--tag", "nightly")).toMatchObject({ runs: [{ stateId: "asked", status: "awaiting", lease: "none", pipelineName: "pages" }], damaged: [] });
      expect(await json("list", "--status", "failed", "completed", "--limit", "1")).toMatchObject({ runs: [{ stateId: "broken" }], next: expect.any(String) });
      expect((await reprise("list", "--limit", "1")).stderr, "as a shell takes it").toMatch(/^There are more: --cursor '\[\d+,"broken"\]'$/mu);
    });

    test.concurrent("show draws the run as a tree with what it came to", async () => {
      const { code, stdout } = await reprise("show", "asked");
      expect(code).toBe(0);
      expect(stdout).toMatch(/writer\s+asked\s+awaiting/u);
      expect(stdout).toMatch(/├─ ✓ fetch[^]*├─ ✓ pay[^]*└─ ◌ approval/u);
      expect(stdout).toContain("success rate 100%");
      expect(await json("show", "asked")).toMatchObject({ stateId: "asked", status: "awaiting", storage: {}, calls: [{ name: "writer" }, { name: "fetch", value: "<home>" }, { name: "pay" }, { name: "approval" }] });
    });

    test.concurrent("show gives a page and diagrams", async () => {
      expect((await reprise("show", "asked", "--format", "html")).stdout).toMatch(/^<!doctype html>[^]*approval[^]*<\/html>\s*$/iu);
      expect((await reprise("show", "asked", "--format", "mermaid")).stdout).toMatch(/^flowchart[^]*approval/mu);
      expect((await reprise("show", "asked", "--format", "gantt")).stdout).toMatch(/^gantt$/mu);
      expect((await reprise("show", "asked", "--at", "2")).code).toBe(2);
    });

    test.concurrent("show goes by the error of a failed run", async () => {
      expect((await reprise("show", "broken", "--no-summary")).stdout).toContain("not yet");
    });

    test.concurrent("events gives a line for each, and with --json a line of JSON", async () => {
      expect((await reprise("events", "asked")).stdout).toMatch(/completed {2}writer::fetch::tool_call/u);
      const lines = (await reprise("events", "asked", "--json", "--values", "--under", "writer::fetch")).stdout.trim().split("\n");
      expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ status: "started", input: "home" }, { status: "completed", value: "<home>" }]);
    });

    test.concurrent("events and tail that begin in the middle show the same lines as the whole, and no agent as re-entered that was not", async () => {
      const linesOf = async (...words: readonly string[]): Promise<readonly string[]> => (await reprise(...words)).stdout.trim().split("\n").slice(1);
      const whole = await linesOf("events", "asked");
      const last = whole.filter((line) => line.includes("writer::approval::"));
      expect(last.length).toBeGreaterThan(0);
      expect(await linesOf("events", "asked", "--under", "writer::approval")).toEqual(last);
      const { seq } = JSON.parse((await linesOf("events", "asked", "--json")).at(-1) ?? "") as { readonly seq: number };
      expect(await linesOf("events", "asked", "--from", String(seq))).toEqual(whole.slice(-1));
      expect(await linesOf("tail", "asked", "--from", String(seq))).toEqual([...whole.slice(-1), expect.stringMatching(/run-end.*calls=2 /u)]);
    });

    test.concurrent("tail of a run that rests gives what is there and ends", async () => {
      const { code, stdout } = await reprise("tail", "asked");
      expect(code).toBe(0);
      expect(stdout).toMatch(/awaiting {3}writer::approval::wait_call[^]*run-end/u);
    });

    test.concurrent("stats counts", async () => {
      expect((await reprise("stats", "broken")).stdout).toContain("1 failed");
      expect(await json("stats", "done")).toMatchObject({ calls: { total: 1, completed: 1, retryEvents: 0 } });
    });

    test.concurrent("checkpoints and diff name positions", async () => {
      const [checkpoint] = (await json("checkpoints", "asked")) as { readonly seq: number; readonly status: string }[];
      expect(checkpoint).toMatchObject({ status: "awaiting" });
      const { code, stdout } = await reprise("diff", "asked@5", `@${String(checkpoint?.seq)}`);
      expect([code, stdout]).toEqual([1, expect.stringContaining("new calls")]);
      expect((await reprise("diff", "done", "done")).code).toBe(0);
    });

    test.concurrent("diff says of a position that there cannot be, and of a run that there is not, what is wrong", async () => {
      expect(await reprise("diff", "asked@0", "done")).toEqual({ code: 2, stdout: "", stderr: 'reprise: diff takes RUN or RUN@SEQ, SEQ being a whole number from 1, got "asked@0"\n' });
      expect(await reprise("diff", "asked", "@0")).toMatchObject({ code: 2, stderr: expect.stringContaining('got "@0"') });
      expect(await reprise("diff", `asked@${"9".repeat(20)}`, "done")).toMatchObject({ code: 2, stderr: expect.stringContaining("a whole number from 1") });
      expect(await reprise("diff", "asked@x", "done")).toMatchObject({ code: 3, stderr: expect.stringMatching(/^reprise: NOT_FOUND: there is no run asked@x/u) });
      expect(await reprise("diff", "asked", "@x")).toMatchObject({ code: 3, stderr: expect.stringMatching(/^reprise: NOT_FOUND: there is no run @x/u) });
    });

    test.concurrent("pending shows what is waited for, of one run and of all", async () => {
      for (const words of [["pending"], ["pending", "asked"]]) {
        expect(await json(...words)).toMatchObject({ waits: [{ stateId: "asked", name: "approval", prompt: "Publish?", token: expect.stringMatching(/^wt_/u) }], damaged: [] });
      }
      expect((await reprise("pending", "done")).stdout).toBe("nothing is waited for\n");
    });

    test.concurrent("verify reads everything", async () => {
      const { code, stdout } = await reprise("verify");
      expect(code).toBe(0);
      expect(stdout.match(/intact/gu)).toHaveLength(3);
    });
  });

  test("diff takes ids with an @: a run of the very name that is given comes before a position of another", async () => {
    const place = kind.place(await newDirectory());
    const named = createReprise({ backend: kind.open(place) });
    for (const stateId of ["a", "a@1", "user@example.com"]) await named.execute(fetchPage, stateId, { stateId });
    await named.close();
    const differing = async (...words: readonly string[]): Promise<unknown> => JSON.parse((await useReprise(["diff", ...words, "--json", "--backend", `${kind.kind}:${place}`])).stdout);
    expect(await differing("user@example.com", "a@1")).toMatchObject({ a: { stateId: "user@example.com" }, b: { stateId: "a@1" } });
    expect(await differing("user@example.com@2", "@3")).toMatchObject({ a: { stateId: "user@example.com", seq: 2 }, b: { stateId: "user@example.com", seq: 3 } });
    expect(await differing("a@2", "a@1@2")).toMatchObject({ a: { stateId: "a", seq: 2 }, b: { stateId: "a@1", seq: 2 } });
  });

  describe("working on runs", () => {
    test("rewind and fork show their plan first and ask; what must not happen twice is refused until it is allowed", async () => {
      store = await filledStore(kind);
      const planned = await reprise("rewind", "asked", "--from", "writer::pay::tool_call", "--dry-run");
      expect(planned).toMatchObject({ code: 0, stdout: expect.stringMatching(/reused: 1[^]*MUST NOT HAPPEN TWICE[^]*writer::pay::tool_call/u) });
      // Nobody can be asked.
      const asking = await reprise("rewind", "asked", "--from", "writer::pay::tool_call");
      expect(asking).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
      expect(await reprise("rewind", "asked", "--from", "writer::pay::tool_call", "--yes")).toMatchObject({ code: 5, stderr: expect.stringMatching(/NOT_REPEATABLE.*--allow-repeat ADDRESS/u) });
      expect(await json("fork", "asked", "--from", "writer::pay::tool_call", "--id", "other", "--pin", "writer::pay::tool_call=7", "--yes")).toMatchObject({ stateId: "other", done: true });
      expect(await json("rewind", "asked", "--from", "writer::pay::tool_call", "--yes", "--allow-repeat", "writer::pay::tool_call")).toMatchObject({ done: true });
      expect(await json("list", "--parent", "asked")).toMatchObject({ runs: [{ stateId: "other", status: "paused" }] });
    });

    test("answer, then wake with the actors of a configuration", async () => {
      store = await filledStore(kind);
      expect(await reprise("answer", "asked", "approval", "true")).toMatchObject({ code: 0, stdout: expect.stringContaining("when the run is resumed") });
      const config = await configFor(store);
      expect(await runReprise(["wake", "--config", config])).toMatchObject({ code: 0, stdout: "asked completed\n" });
      expect(await runReprise(["wake"], { cwd: join(config, "..") })).toMatchObject({ code: 0, stdout: "nothing to resume: no run is due, and none was left in the middle\n" });
      expect(await reprise("wake")).toMatchObject({ code: 2, stderr: expect.stringContaining('export them as "actors"') });
      expect(await reprise("answer", "asked", "approval", "false")).toMatchObject({ code: 5, stderr: expect.stringContaining("ANSWER_TOO_LATE") });
    });

    test("where nobody knows whether something happened that must not happen twice, wake says how it is allowed", async () => {
      store = `${kind.kind}:${kind.place(await newDirectory())}`;
      await runKilledWhilePaying(store, "left");
      const config = await configFor(store);
      const wake = (...words: string[]) => runReprise(["wake", ...words, "--config", config]);
      expect(await wake()).toMatchObject({ code: 1, stdout: expect.stringMatching(/^left failed: writer::pay::tool_call: .* \(here: reprise wake left --allow-repeat writer::pay::tool_call\)\n$/u) });
      expect(await wake("left", "--allow-repeat", "writer::pay::tool_call")).toMatchObject({ code: 0, stdout: "left awaiting\n" });
    });

    test("a run that was stopped goes on when wake names it", async () => {
      store = await filledStore(kind);
      const config = await configFor(store);
      await reprise("answer", "asked", "approval", "true");
      await reprise("interrupt", "asked");
      const wake = (...words: string[]) => runReprise(["wake", ...words, "--config", config]);
      expect(await wake()).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing to resume") });
      expect(await wake("asked")).toMatchObject({ code: 0, stdout: "asked completed\n" });
      expect(await reprise("rewind", "asked", "--from", "writer::pay::tool_call", "--yes", "--allow-repeat", "writer::pay::tool_call")).toMatchObject({ stdout: expect.stringMatching(/reprise wake asked$/mu) });
      expect(await wake("asked", "--allow-repeat", "writer::pay::tool_call")).toMatchObject({ code: 0, stdout: "asked awaiting\n" });
      expect(await wake("nobody")).toMatchObject({ code: 3, stderr: expect.stringContaining("there is no run nobody") });
      expect(await wake("nobody", "asked")).toMatchObject({ code: 1, stdout: expect.stringMatching(/^nobody failed: .*\nasked awaiting\n$/u) });
      expect(await wake("--allow-repeat", "writer::pay::tool_call")).toMatchObject({ code: 2, stderr: expect.stringContaining("needs the runs") });
    });

    test("an answer that no wait asks for is kept, and it is said what the run waits for", async () => {
      store = await filledStore(kind);
      expect(await reprise("answer", "asked", "aproval", "true")).toMatchObject({ code: 0, stdout: expect.stringContaining("does not ask for it now (it waits for writer::approval::wait_call): it is taken when") });
      expect(await json("answer", "asked", "writer::approval::wait_call", "true")).toEqual({ stateId: "asked", wait: "writer::approval::wait_call", kept: true, asked: true });
    });

    test("interrupt stops a run that waits; one that has ended is left alone", async () => {
      store = await filledStore(kind);
      expect(await reprise("interrupt", "asked", "--message", "enough")).toMatchObject({ code: 0, stdout: "asked is interrupted; resume it to go on: reprise wake asked.\n" });
      expect(await json("list", "--status", "interrupted")).toMatchObject({ runs: [{ stateId: "asked" }] });
      expect((await reprise("show", "asked")).stdout).toMatch(/INTERRUPTED[^]*enough/u);
      expect((await reprise("interrupt", "done")).code).toBe(1);
      expect((await reprise("interrupt", "nobody")).code).toBe(3);
    });

    test("compact removes what a rewind has hidden, and gc what no run names; both ask first", async () => {
      store = await filledStore(kind);
      expect((await reprise("rewind", "asked", "--from", "writer::approval::wait_call", "--yes")).code).toBe(0);
      expect((await reprise("compact", "asked")).code).toBe(2);
      expect(await json("compact", "asked", "--yes")).toMatchObject({ stateId: "asked", dropped: expect.any(Number) });
      expect((await reprise("verify", "asked")).stdout).toContain("intact");
      expect((await reprise("gc")).code).toBe(2);
      expect(await json("gc", "--yes")).toMatchObject({ removed: 0, runs: 3 });
    });

    // What the tour and the guides have no command line for.
    test("each does its work as a process of its own, and ends", async () => {
      store = await filledStore(kind);
      for (const words of ["interrupt asked", "rewind asked --position 5 --yes --allow-repeat writer::pay::tool_call", "compact asked --yes", "salvage asked --id saved", "delete saved --yes", "gc --yes"]) {
        expect([words, await runReprise(words.split(" "), { environment: { REPRISE_BACKEND: store } })]).toEqual([words, { code: 0, stdout: expect.stringMatching(/\n$/u), stderr: "" }]);
      }
      expect(await json("list", "--status", "paused", "--status", "interrupted")).toMatchObject({ runs: [{ stateId: "asked" }] });
    });

    test("export and import move a run; delete asks first", async () => {
      store = await filledStore(kind);
      const file = join(await newDirectory(), "done.reprise");
      expect(await reprise("export", "done", "--out", file)).toMatchObject({ code: 0 });
      expect(await reprise("export", "done", "--out", file)).toMatchObject({ code: 2, stderr: expect.stringContaining("which exists") });
      expect(await reprise("export", "asked", "--hand-off", "--yes", "--out", file)).toMatchObject({ code: 2, stderr: expect.stringContaining("which exists") });
      expect(await reprise("export", "asked", "--hand-off", "--out", `${file}.moved`)).toMatchObject({ code: 2, stderr: expect.stringContaining("Say so with --yes") });
      expect(await reprise("answer", "asked", "approval", "true")).toMatchObject({ code: 0 });
      expect(await reprise("export", "asked", "--hand-off", "laptop", "--yes", "--out", `${file}.moved`)).toMatchObject({ code: 0, stdout: expect.stringContaining("sealed here: import the file in one place") });
      expect(await reprise("rewind", "asked", "--position", "2", "--yes")).toMatchObject({ code: 5, stderr: expect.stringMatching(/SEALED.*laptop/u) });
      expect(await json("import", file, "--id", "copy")).toMatchObject({ stateId: "copy" });
      expect((await reprise("delete", "copy")).code).toBe(2);
      expect(await json("delete", "copy", "--yes")).toEqual({ stateId: "copy", deleted: true });
      expect((await reprise("delete", "copy", "--yes")).code).toBe(3);
    });
  });

  test("an empty store has no runs, and one that is not there is said to be missing and not made", async () => {
    const place = kind.place(await newDirectory());
    expect(await useReprise(["list", "--backend", `${kind.kind}:${place}`])).toMatchObject({ code: 3, stderr: expect.stringContaining("there is no store at") });
    const backend = kind.open(place);
    await backend.list({});
    await backend.close();
  });
});
