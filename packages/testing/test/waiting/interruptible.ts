// A process of its own: runs until it is told to end, and says what became of it on standard output.
// node --conditions=@reprise/source interruptible.ts <dir> run|resume [stubborn]
import { agent, createReprise, interruptOnSignals, tool } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";

const [dir = "", verb = "", how = ""] = process.argv.slice(2);
const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const first = tool({ name: "first", run: () => { say({ ran: "first" }); return 1; } });
const long = tool({
  name: "long",
  run: (_input: void, { signal }) => {
    say({ ran: "long" });
    if (verb === "resume") return Promise.resolve(2);
    return new Promise<number>((_resolve, reject) => {
      setTimeout(() => undefined, 60_000);
      if (how !== "stubborn") signal.addEventListener("abort", () => reject(signal.reason as Error));
    });
  },
});
const work = agent({
  name: "work",
  run: async (_input: void, context) => {
    try {
      return (await context.run(first)) + (await context.run(long));
    } finally {
      say({ ran: "finally" });
    }
  },
});

const reprise = createReprise({ backend: fsBackend({ dir }), graceMs: how === "stubborn" ? 60_000 : 1_000 });
const options = { stateId: "run-1" };
if (verb === "run") interruptOnSignals(reprise);
const outcome = verb === "run" ? await reprise.execute(work, undefined, options) : await reprise.resume(work, options.stateId);
say(outcome);
