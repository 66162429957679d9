import type { HeaderPatch, StateHeader } from "@reprise/core/spi";
import { expect } from "vitest";
import { hold, records, rejection, textsOf, type SuiteContext } from "./suite-context.ts";

const whole: StateHeader = {
  status: "awaiting",
  createdAt: 1000,
  updatedAt: 2000,
  pipelineName: "essay",
  tags: ["draft", "urgent"],
  parentStateId: "run-0",
  wakeAt: 9000,
};

/** What `head` shows. */
export function headerCases(context: SuiteContext): void {
  const { open, abandon, test } = context;
  refusedPatchCases(context);

  test("S4: a run that was just created has a header: running, no tags", async () => {
    const backend = await open();
    await hold(backend);
    const head = await backend.head("run-1");
    expect(head).toMatchObject({ status: "running", tags: [], lease: "live" });
    expect(Number.isFinite(head?.createdAt)).toBe(true);
  });

  test("S4: a patch is visible as soon as its append is acknowledged, and changes only what it names", async () => {
    const backend = await open();
    const writer = await hold(backend);
    await writer.append(records(1), { expect: 0, header: whole });
    expect(await backend.head("run-1")).toEqual({ ...whole, stateId: "run-1", lastSeq: 1, epoch: writer.epoch, lease: "live" });
    await writer.append(records(1, 2), { expect: 1, header: { status: "completed", tags: ["done"] } });
    expect(await backend.head("run-1")).toMatchObject({ ...whole, status: "completed", tags: ["done"] });
  });

  test("S4: null removes an optional field", async () => {
    const backend = await open();
    const writer = await hold(backend);
    await writer.append(records(1), { expect: 0, header: whole });
    await writer.append(records(1, 2), { expect: 1, header: { wakeAt: null, pipelineName: null, parentStateId: null } });
    const head = await backend.head("run-1");
    expect(Object.keys(head ?? {}).toSorted()).toEqual(["createdAt", "epoch", "lastSeq", "lease", "stateId", "status", "tags", "updatedAt"]);
  });

  test("S4: patches of appends that were queued together are applied in call order", async () => {
    const backend = await open();
    const writer = await hold(backend);
    await Promise.all([
      writer.append(records(1), { expect: 0, header: whole }),
      writer.append(records(1, 2), { expect: 1 }),
      writer.append(records(1, 3), { expect: 2, header: { status: "paused", wakeAt: null }, durability: "process" }),
      writer.append(records(1, 4), { expect: 3, header: { wakeAt: 7 } }),
    ]);
    expect(await backend.head("run-1")).toMatchObject({ ...whole, status: "paused", wakeAt: 7, lastSeq: 4 });
  });

  test("S4: changing a patch or a head afterwards changes nothing stored", async () => {
    const backend = await open();
    const writer = await hold(backend);
    const tags = ["a"];
    const pending = writer.append(records(1), { expect: 0, header: { tags } });
    tags.push("b");
    await pending;
    const head = await backend.head("run-1");
    (head!.tags as string[]).push("c");
    expect((await backend.head("run-1"))?.tags).toEqual(["a"]);
  });

  test("S4: the header survives release and takeover", async () => {
    const backend = await open();
    const first = await hold(backend);
    await first.append(records(1), { expect: 0, header: whole });
    await first.release();
    expect(await backend.head("run-1")).toMatchObject({ ...whole, lease: "none" });
    const second = await hold(backend);
    await second.append(records(1, 2), { expect: 1, header: { updatedAt: 3000 } });
    await abandon(backend, "run-1");
    expect((await backend.head("run-1"))?.lease).not.toBe("live");
    const third = await hold(backend);
    expect(await backend.head("run-1")).toMatchObject({ ...whole, updatedAt: 3000, lease: "live", epoch: third.epoch, lastSeq: 2 });
  });
}

function refusedPatchCases({ open, test }: SuiteContext): void {
  test("S4, G3: what not every backend could keep as it is, half a surrogate pair or a time that is none, is refused, and nothing is written", async () => {
    const backend = await open();
    const writer = await hold(backend);
    await writer.append(records(1), { expect: 0, header: whole });
    const refused: HeaderPatch[] = [
      { pipelineName: "cut \ud83d" },
      { parentStateId: "\udc00cut" },
      { tags: ["kept", "t\ud83d"] },
      { createdAt: Number.NaN },
      { updatedAt: Infinity },
      { wakeAt: -Infinity },
    ];
    for (const header of refused) {
      const error = await rejection(writer.append(records(1, 2), { expect: 1, header }));
      expect(error, Object.keys(header)[0]).toMatchObject({ code: "INVALID_OPTION", path: `header.${Object.keys(header)[0]}`, stateId: "run-1" });
    }
    expect(await backend.head("run-1")).toMatchObject({ ...whole, lastSeq: 1 });
    await writer.append(records(1, 2), { expect: 1, header: { pipelineName: "whole \u{1f600}", tags: ["\u{1f600}", "nul \0"], wakeAt: null } });
    expect(await textsOf(backend)).toEqual(["r1", "r2"]);
    expect(await backend.head("run-1")).toMatchObject({ pipelineName: "whole \u{1f600}", tags: ["\u{1f600}", "nul \0"] });
  });
}
