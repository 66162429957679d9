// What somebody writes who joins routines to a flow: a job waits, is handed off as JSON, and goes on elsewhere.
import assert from "node:assert/strict";
import { createReprise } from "@reprise/core";
import { defineFlow, flowRegistry, loadFlow, mapper, output, routine, slot } from "@reprise/flow";

const words = routine({ name: "words", slots: { text: slot() }, outputs: { word: output() }, run: ({ text }, { emit }) => { for (const word of text.split(" ")) emit("word", word); } });
const shout = mapper({ name: "shout", with: (word) => word.toUpperCase() });
const flow = defineFlow({ id: "shouting" }).add(words).add(shout).connect("words.word", "shout.input").build();
const loaded = loadFlow(JSON.parse(JSON.stringify(flow.serialize())), flowRegistry({ routines: [words, shout] }));
assert.equal(loaded.hash, flow.hash);
const outcome = await (await loaded.on(createReprise()).start("ab cd")).done();
assert.deepEqual(outcome.outputs, { "shout.output": ["AB", "CD"] });
assert.throws(() => defineFlow({ id: "shouting" }).add(words).connect("words.word", "shout.input"), { code: "INVALID_DEFINITION" });
console.log("ok");
