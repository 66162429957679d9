// Type-checked against the packed declarations: the types of ends flow through connect.
import { createReprise } from "@reprise/core";
import { defineFlow, output, routine, slot } from "@reprise/flow";

const length = routine({ name: "length", slots: { text: slot<string>() }, outputs: { length: output<number>() }, run: ({ text }) => text.length });
const half = routine({ name: "half", slots: { value: slot<number>() }, outputs: { half: output<number>() }, run: ({ value }) => value / 2 });
const flow = defineFlow({ id: "halves" }).add(length).add(half);
// @ts-expect-error a number is no text
flow.connect("half.half", "length.text");
export const halves = flow.connect("length.length", "half.value").build();
export const result = async (): Promise<readonly number[] | undefined> => {
  const outcome = await (await halves.on(createReprise()).start("four")).done();
  return outcome.status === "completed" ? outcome.outputs["half.half"] : undefined;
};
