import { expectTypeOf, test } from "vitest";
import type { ForkResult, Lineage } from "../index.ts";
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
