import type { Engine } from "../engine/engine.ts";
import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkOneOf } from "../errors/invalid.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { StateStatus } from "../events/event-type.ts";
import type { CheckpointOptions } from "./execution-state.ts";
import { checkMetadata, headerOf } from "./metadata.ts";

/** The handle that a checkpoint is asked of. */
export interface CheckpointedHandle {
  readonly status: StateStatus;
  readonly idle: boolean;
  rest(): Promise<void>;
}

/** Records a checkpoint and gives its seq; one with a resting status gives the lease back (rule S3). Throws `CALLS_OPEN` where that would give away open calls. */
export async function saveCheckpoint(engine: Engine, handle: CheckpointedHandle, options: CheckpointOptions): Promise<number> {
  checkKnown(options, { status: true, metadata: true } satisfies OptionNames<CheckpointOptions>);
  const { metadata } = options;
  checkOneOf("status", Object.values(StateStatus), options.status);
  checkMetadata(metadata);
  engine.throwIfStopped();
  if (engine.journal.resting) await engine.leases.awake(() => engine.throwIfStopped());
  const { status = handle.status } = options;
  const unreached = status === StateStatus.COMPLETED ? engine.unreached() : undefined;
  if (unreached !== undefined) throw unreached;
  const resting = status !== StateStatus.RUNNING;
  if (resting && !handle.idle) {
    throw new RepriseError("CALLS_OPEN", `run ${engine.stateId} has ${engine.top.open.size} open calls: a checkpoint with status "${status}" would give it away; await them first`, { stateId: engine.stateId });
  }
  const at = engine.now();
  const meta = metadata && { meta: engine.values.encode(metadata, "metadata").encoded };
  const through = status === StateStatus.FAILED ? endingFailures(engine) : [];
  let seq = 0;
  let stored = false;
  const acknowledged = new Promise<void>((resolve) => {
    seq = engine.append([{ k: "checkpoint", at, status, ...meta, ...(through.length > 0 && { through }), ...engine.reuseSoFar() }], "firm", () => resolve(void (stored = true)), {
      status,
      updatedAt: at,
      ...(resting && { wakeAt: null }),
      ...(metadata && headerOf(metadata)),
    });
  });
  await Promise.race([acknowledged, engine.journal.settle()]);
  // A handle that is closed meanwhile stores what it was asked before.
  if (!stored) engine.throwIfStopped();
  // Whoever made a call meanwhile has the run going again.
  if (resting && handle.idle && handle.status === status) await handle.rest();
  return seq;
}

/** R4: at the top, the failures after which nothing was issued are those that ended the run. */
function endingFailures(engine: Engine): number[] {
  const { top, lastIssued } = engine.view;
  return top.filter((node) => node.state === "failed" && node.endSeq > lastIssued).map((node) => node.id);
}
