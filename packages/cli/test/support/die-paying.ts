import { createReprise } from "@reprise/core";
import { backendAt, writerThat } from "./actors.ts";

// Dies while it pays: whether it has paid nobody knows. Arguments: the store and the id of the run.
const [store = "", stateId = ""] = process.argv.slice(2);
const dying = writerThat(() => {
  process.kill(process.pid, "SIGKILL");
  return new Promise<never>(() => undefined);
});
await createReprise({ backend: backendAt(store) }).execute(dying, "home", { stateId });
