import { expect, test } from "vitest";
import { defineFlow, named, output, routine, slot } from "./index.ts";

const source = routine({ name: "source", slots: { text: slot<string>() }, outputs: { word: output<string>() }, run: () => undefined });
const sink = routine({ name: "end", slots: { word: slot<string>() }, outputs: { back: output<string>() }, run: () => undefined });
const flow = defineFlow({ id: "words" })
  .add(source)
  .add(sink)
  .connect("source.word", "end.word", { map: named("upper", (word: string) => word.toUpperCase()) })
  .connect("end.back", "source.text", { maxIterations: 3 })
  .build();

// The id of a node is never a name: "end" is a word of Mermaid's own.
test("F5: a flow is drawn with its connections, their functions and limits", () => {
  expect(flow.toMermaid()).toBe(`flowchart LR
  r0(["source"])
  r1["end"]
  r0 -- "word to word through upper" --> r1
  r1 -- "back to text, at most 3×" --> r0
`);
});

test("F5: with the state of a job its routines are coloured by what became of them", () => {
  const job = {
    routines: {
      source: { status: "completed", activations: 2, attempts: 2, retries: 0 },
      end: { status: "running", activations: 1, attempts: 3, retries: 2 },
    },
  } as const;
  expect(flow.toMermaid(job)).toBe(`flowchart LR
  r0(["source<br/>completed ×2"])
  r1["end<br/>running, 2 retries"]
  r0 -- "word to word through upper" --> r1
  r1 -- "back to text, at most 3×" --> r0
  classDef running fill:#ddf4ff,stroke:#0969da,color:#0a3069
  class r1 running
  classDef completed fill:#dafbe1,stroke:#1a7f37,color:#116329
  class r0 completed
`);
});
