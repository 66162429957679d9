import { expectTypeOf, test } from "vitest";
import type { ForkResult, Lineage } from "../index.ts";
import type { EventFeed, ExecutionEvent, StateStatus, StreamItem } from "../index.ts";
import type { CreateOptions, ExecuteOptions, ExecutionState, OpenOptions, Reprise, TimelinePlan, TimelinePoint } from "../index.ts";

declare const reprise: Reprise;

test("R9: a point names exactly one place", () => {
  expectTypeOf<{ address: string }>().toExtend<TimelinePoint>();
  expectTypeOf<{ address: string; attempt: number }>().toExtend<TimelinePoint>();
  expectTypeOf<{ checkpoint: number }>().toExtend<TimelinePoint>();
  expectTypeOf<{ position: number }>().toExtend<TimelinePoint>();
  // @ts-expect-error -- an attempt is one of a call
  void reprise.rewind("run-1", { attempt: 2 });
  // @ts-expect-error -- a point is no address
  void reprise.plan("run-1", "work::fetch::tool_call");
  expectTypeOf(reprise.rewind("run-1", { position: 3 }, { allowRepeat: ["pay::tool_call"] })).resolves.toEqualTypeOf<TimelinePlan>();
  expectTypeOf(reprise.plan("run-1", { checkpoint: 3 })).resolves.toEqualTypeOf<TimelinePlan>();
});

test("R9: only a run that exists can be resumed from an address", () => {
  expectTypeOf<OpenOptions>().toHaveProperty("resumeFrom");
  expectTypeOf<ExecuteOptions>().toHaveProperty("resumeFrom");
  expectTypeOf<CreateOptions>().not.toHaveProperty("resumeFrom");
  expectTypeOf<ExecutionState["resumeFrom"]>().toEqualTypeOf<string | null>();
});

test("R10: a fork says what it is and where it comes from", () => {
  expectTypeOf(reprise.fork("run-1", { at: { position: 3 }, pin: { "a::tool_call": 1 }, metadata: { tags: ["x"] } })).resolves.toEqualTypeOf<ForkResult>();
  expectTypeOf(reprise.fork("run-1")).resolves.toHaveProperty("lineage").toEqualTypeOf<Lineage>();
  expectTypeOf<ExecutionState["lineage"]>().toEqualTypeOf<Lineage | null>();
  // @ts-expect-error -- pins go by address
  void reprise.fork("run-1", { pin: ["a::tool_call"] });
});

test("H5: a stream holds cuts only where they were asked for, and ends with a status", () => {
  expectTypeOf(reprise.events("run-1", { from: 2, until: "end" })).toEqualTypeOf<EventFeed>();
  expectTypeOf(reprise.events("run-1", { cuts: true })).toEqualTypeOf<EventFeed<StreamItem>>();
  expectTypeOf<ReturnType<ExecutionState["events"]>>().toExtend<AsyncIterable<ExecutionEvent, StateStatus | undefined>>();
  expectTypeOf<ReturnType<ExecutionState["events"]>>().toExtend<AsyncIterable<ExecutionEvent>>();
  // @ts-expect-error -- a handle is not rewound while it is held
  void ((state: ExecutionState) => state.events({ cuts: true }));
  // @ts-expect-error -- it ends at rest, or at the end
  void reprise.events("run-1", { until: "never" });
});
