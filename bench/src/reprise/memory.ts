import { memoryBackend } from "@reprise/backend-memory";
import type { Opener } from "../contestant.ts";
import { repriseSession } from "./reprise-session.ts";

/** Recorded, encoded and checked as ever, in the memory of the process. */
export const repriseMemory: Opener = async ({ work }) => repriseSession({ backend: memoryBackend() }, work);
