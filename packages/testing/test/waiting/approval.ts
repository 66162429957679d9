// A process of its own: starts or resumes the writer, or answers it, and says what became of it on standard output.
// node --conditions=@reprise/source approval.ts <dir> run|answer|wake [value]
import { agent, createReprise, tool } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";

const [dir = "", verb = "", value = ""] = process.argv.slice(2);
const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const draft = tool({ name: "draft", run: (topic: string) => { say({ ran: "draft" }); return `On ${topic}`; } });
const publish = tool({ name: "publish", repeatable: false, run: (text: string) => { say({ ran: "publish" }); return `published: ${text}`; } });
const hold = tool({ name: "hold", run: () => new Promise<void>((resolve) => setTimeout(resolve, 60_000).unref() && process.once("SIGUSR2", () => resolve())) });
const writer = agent({
  name: "writer",
  run: async (topic: string, context) => {
    try {
      const text = await context.run(draft, topic);
      // Somebody works beside it: the process stays, and takes the answer while it lives.
      if (value === "beside") context.run(hold).catch(() => undefined);
      const approved = await context.waitFor<boolean>("approval", { prompt: text, timeoutMs: 3_600_000, default: false });
      return approved ? await context.run(publish, text) : "rejected";
    } finally {
      say({ ran: "finally" });
    }
  },
});

const reprise = createReprise({ backend: fsBackend({ dir }), graceMs: 200 });
if (verb === "run") say(await reprise.execute(writer, "sagas", { stateId: "run-1" }));
if (verb === "wake") say(await reprise.wake({ writer }));
if (verb === "answer") {
  await reprise.answer("run-1", "approval", value === "true");
  say("answered");
}
// Not closed: nothing may keep the process alive.
