import { digest, reprise } from "./pipeline.ts";

export { reprise };
export const actors = [digest];
