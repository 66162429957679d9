import { digest, reprise } from "./pipeline.ts";

const outcome = await reprise.execute(digest, ["replay", "sagas"], { stateId: "monday", metadata: { pipelineName: "digest", tags: ["nightly"] } });
console.log(outcome.status);
await reprise.close();
