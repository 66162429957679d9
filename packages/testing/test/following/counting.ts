// A process that counts, on disk, until it is killed or has counted far enough.
import { fsBackend } from "@reprise/backend-fs";
import { agent, createReprise, tool } from "@reprise/core";

const [dir = "", stateId = "", times = "0"] = process.argv.slice(2);

const step = tool({ name: "step", run: async (value: number) => {
  // So that there is something left to kill.
  await new Promise((resolve) => setTimeout(resolve, 3));
  return value + 1;
} });
/** Runs a step for each number. */
export const counting = agent({
  name: "counting",
  run: async (last: number, context) => {
    let value = 0;
    while (value < last) value = await context.run(step, value);
    return value;
  },
});

if (dir !== "") {
  const reprise = createReprise({ backend: fsBackend({ dir }) });
  await reprise.execute(counting, Number(times), { stateId });
  await reprise.close();
}
