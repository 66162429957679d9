/** Somebody else has taken the run over, or is about to. */
export class Overtaken extends Error {}
