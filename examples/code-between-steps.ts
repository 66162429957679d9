/**
 * The code between the steps: loops, branches, races and `catch` go on resume the way they went.
 *
 *     npx -y pnpm@12.21.0 example code-between-steps
 */
import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, llm, tool } from "@reprise/core";
import { z } from "zod";

const backend = memoryBackend();
const reprise = createReprise({ backend });

let modelCalls = 0;
const model = llm({ name: "model", run: (prompt: string) => `${prompt}: answer ${(modelCalls += 1)}` });

/** Three calls of one actor with one input are three calls, live and after any number of resumes. */
const loop = agent({
  name: "loop",
  run: async (topic: string, { run }) => {
    const answers: string[] = [];
    for (let round = 0; round < 3; round += 1) answers.push(await run(model, topic));
    return answers;
  },
});
