// A process of its own that answers: reads the ids of runs from standard input, a line each, and says when each is answered.
// node --conditions=@reprise/source answerer.ts <dir>
import { createInterface } from "node:readline";
import { createReprise } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";

const reprise = createReprise({ backend: fsBackend({ dir: process.argv[2] ?? "" }) });
for await (const stateId of createInterface({ input: process.stdin })) {
  for (;;) {
    try {
      await reprise.answer(stateId, "approval", true, { answerId: "click" });
      break;
    } catch (error) {
      // The run has not begun yet.
      if ((error as { readonly code?: string }).code !== "NOT_FOUND") throw error;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  process.stdout.write(`${JSON.stringify(stateId)}\n`);
}
await reprise.close();
