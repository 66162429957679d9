import type { ExecutionEvent, Subscriber } from "@reprise/core/spi";
import { expectTypeOf, test } from "vitest";
import { eventPrinter, reduce, renderSummary, renderTree, viewOf, type EventPrinterOptions, type RunView } from "./index.ts";

test("a printer is a subscriber, and process.stdout is a stream for it", () => {
  expectTypeOf(eventPrinter()).toExtend<Subscriber>();
  expectTypeOf(eventPrinter().attach).returns.toEqualTypeOf<() => void>();
  expectTypeOf(process.stdout).toExtend<NonNullable<EventPrinterOptions["stream"]>>();
});

test("a mode that does not exist is a type error", () => {
  // @ts-expect-error -- not a mode
  eventPrinter({ mode: "fancy" });
});

test("what takes time gives a promise, what is there gives lines", () => {
  const events: ExecutionEvent[] = [];
  expectTypeOf(renderTree(events)).toEqualTypeOf<readonly string[]>();
  expectTypeOf(renderTree(viewOf(events))).toEqualTypeOf<readonly string[]>();
  expectTypeOf<AsyncIterable<ExecutionEvent>>().toExtend<Parameters<typeof renderTree>[0]>();
  expectTypeOf(renderSummary(events)).toEqualTypeOf<readonly string[]>();
  expectTypeOf(reduce).returns.toEqualTypeOf<RunView>();
});
