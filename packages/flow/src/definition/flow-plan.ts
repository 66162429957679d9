import type { ErrorHandler } from "../error-handler.ts";
import type { PlacedRoutine } from "../routine/activation-actor.ts";

/** One end of a connection. */
export interface End {
  readonly routine: string;
  readonly name: string;
}

/** A way from an output to a slot. */
export interface Connection {
  readonly from: End;
  readonly to: End;
  readonly map: ((value: never) => unknown) | undefined;
  /** How often a chain of deliveries may pass it; undefined where it says nothing. */
  readonly maxIterations: number | undefined;
}

/** What a flow says, checked piece by piece: routines in the order in which they were added. */
export interface FlowPlan {
  readonly id: string;
  readonly version: string | undefined;
  /** Id of the routine that a job begins with; undefined while there are no routines. */
  readonly entry: string | undefined;
  readonly routines: ReadonlyMap<string, PlacedRoutine>;
  readonly connections: readonly Connection[];
  readonly errorHandler: ErrorHandler;
  readonly concurrency: number;
  readonly agentConcurrency: number;
  /** Of the connections of a cycle that name none. */
  readonly maxIterations: number | undefined;
  /** What becomes of a job of another definition that is resumed with this one. */
  readonly onDefinitionChange: "fail" | "reuse";
}

/** `fetch.page` */
export function endText({ routine, name }: End): string {
  return `${routine}.${name}`;
}
