import { expect, test } from "vitest";
import { agent } from "../actors/define.ts";
import { createReprise } from "../runs/create-reprise.ts";
import type { ValueExtension } from "../values/codec.ts";
import { codecOf } from "./codec-of.ts";

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}
const point: ValueExtension<Point> = { name: "Point", is: (value) => value instanceof Point, encode: ({ x }) => x, decode: (x) => new Point(x as number) };

test("H2: the code of an agent and of a branch has the codec of its run, with its extensions", async () => {
  const copied = (context: Parameters<typeof codecOf>[0]): unknown => codecOf(context).encode(new Point(1), "point").encoded.decode();
  const copier = agent({ name: "copier", run: async (_: undefined, context) => [copied(context), await context.parallel("branches", [(branch) => copied(branch)])] });
  const outcome = await createReprise({ codec: { extensions: [point] } }).execute(copier, undefined);
  expect(outcome).toMatchObject({ status: "completed", value: [new Point(1), [new Point(1)]] });
  expect(() => codecOf({} as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "context" }));
});
