import { createReprise } from "@reprise/core";
import { expect, test } from "vitest";
import { defineFlow, output, routine, slot } from "../src/index.ts";
import { items, outputsOf, passing, type Seen } from "./support/flows.ts";

test("F1: a flow in a row gives each routine what the one before emitted", async () => {
  const seen: Seen = [];
  const flow = defineFlow({ id: "row" }).pipe(passing("a", seen)).pipe(passing("b", seen)).pipe(passing("c", seen)).build();
  const job = await flow.on(createReprise()).start("x");
  expect(outputsOf(await job.done())).toEqual({ "c.output": ["x"] });
  expect(seen).toEqual(["x", "x", "x"]);
});

test("F1: many outputs lead to one slot, one output to many slots, and each connection may map", async () => {
  const split = routine({ name: "split", slots: { text: slot<string>() }, outputs: { left: output<string>(), right: output<string>() }, run: ({ text }, { emit }) => {
    emit("left", `l${text}`);
    emit("right", `r${text}`);
  } });
  const length = routine({ name: "length", slots: { text: slot<number>() }, outputs: { length: output<number>() }, run: ({ text }) => text });
  const seen: Seen = [];
  const flow = defineFlow({ id: "fan", concurrency: 1 })
    .add(split)
    .add(passing("join", seen))
    .add(length)
    .connect("split.left", "join.input")
    .connect("split.right", "join.input")
    .connect("split.left", "length.text", { map: (text) => text.length })
    .build();
  const outcome = await (await flow.on(createReprise()).start("abc")).done();
  expect(outputsOf(outcome)).toEqual({ "join.output": ["labc", "rabc"], "length.length": [4] });
  expect(outcome).toMatchObject({ routines: { join: { completed: 2, running: 0, queued: 0 }, length: { completed: 1 } } });
});

test("F3: an activation is one call, keyed by its first delivery, and its record holds what it consumed and emitted", async () => {
  const reprise = createReprise();
  const flow = defineFlow({ id: "row" }).add(items("source")).add(passing("each")).connect("source.item", "each.input").build();
  const outcome = await reprise.execute(flow.agent, ["a", "b"]);
  expect(outcome).toMatchObject({ status: "completed", value: { outputs: { "each.output": ["a", "b"] } } });
});
