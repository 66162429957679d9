// A process of its own: runs or resumes a group of 1,000 branches, 7 at a time, and kills itself at a point it is given.
// node --conditions=@reprise/source thousand-branches.ts <dir> <dieAfter> <delayMs>
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { agent, createReprise, tool } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";

const [dir = "", dieAfter = "", delayMs = ""] = process.argv.slice(2);
const items = Array.from({ length: 1_000 }, (_, index) => index);
let begun = 0;

const square = tool({
  name: "square",
  run: async (value: number) => {
    begun += 1;
    if (begun === Number(dieAfter)) setTimeout(() => process.kill(process.pid, "SIGKILL"), Number(delayMs));
    appendFileSync(join(dir, "ran.txt"), `${value}\n`);
    // Some are quicker than those before them.
    await new Promise((resolve) => setTimeout(resolve, (value * 7) % 3));
    return value * value;
  },
});
const work = agent({
  name: "work",
  run: async (_: void, context) => {
    const group = context.map("squares", items, square, { maxWorkers: 7 });
    const order: number[] = [];
    for await (const { index } of group.stream()) order.push(index);
    return { squares: await group, order };
  },
});

const reprise = createReprise({ backend: fsBackend({ dir: join(dir, "runs") }), durability: "process", maxLost: 1_000 });
const outcome = await reprise.execute(work, undefined, { stateId: "run-1" });
process.stdout.write(JSON.stringify(outcome.status === "completed" ? outcome.value : { status: outcome.status }));
