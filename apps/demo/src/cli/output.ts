import { styleText } from "node:util";
import { coloursWanted } from "../system.ts";

/** Where a command talks to people, and where to scripts. */
export interface Output {
  /** The stream people read: stdout, or stderr if stdout carries JSON. */
  readonly people: "stdout" | "stderr";
  line(text?: string): void;
  /** The beginning of an act. */
  heading(text: string): void;
  /** One line on stderr. */
  problem(text: string): void;
  /** The one JSON object of `--json`; nothing without it. */
  json(value: unknown): void;
}

/** With `json`, stdout is kept for the one object. */
export function createOutput(json: boolean): Output {
  const people = json ? "stderr" : "stdout";
  const stream = process[people];
  const coloured = coloursWanted(stream);
  const line = (text = ""): void => void stream.write(`${text}\n`);
  return {
    people,
    line,
    heading: (text) => line(`\n${coloured ? styleText("bold", text) : text}`),
    problem: (text) => void process.stderr.write(`${text}\n`),
    json: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    },
  };
}
