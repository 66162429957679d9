import { fsBackend } from "@reprise/backend-fs";
import { stateDirectoryAt } from "./cli/state-directory.ts";
import { killSwitch, killThisProcess } from "./kill-point.ts";
import { runAudit } from "./run-audit.ts";
import { surviveBrokenPipes } from "./system.ts";
import { fileTally } from "./tally.ts";
import { chooseModel } from "./triage/choose-model.ts";
import { viewSubscriber } from "./view.ts";
import { workerRequestSchema } from "./worker-protocol.ts";

// The process that runs the audit. It dies where it is told to, or reports its outcome to the process that started it.

surviveBrokenPipes();
const request = workerRequestSchema.parse(JSON.parse(process.argv[2] ?? "null"));
const state = stateDirectoryAt(request.stateDirectory);
const tally = state.tally(request.run);
const deadly = killSwitch(request.killAt, (write) => killThisProcess(tally, write));

// The advisory service lives in the supervising process: without it there is nothing to go on with.
const orphaned = (): void => process.exit(1);
process.once("disconnect", orphaned);

const outcome = await runAudit({
  run: request.run,
  request: request.request,
  backend: fsBackend({ dir: state.runs }),
  acknowledged: (write) => deadly.acknowledged(write),
  subscribers: [viewSubscriber(request.view, process[request.output]), deadly.subscriber],
  allowRepeat: request.allowRepeat,
  advisories: new URL(request.advisories),
  model: chooseModel(),
  reportFolder: state.reportFolder(request.run),
  notifications: state.notifications,
  tally: fileTally(tally),
});
process.off("disconnect", orphaned);
process.send?.(outcome, () => process.disconnect());
