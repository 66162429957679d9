import type { SecretKey } from "../text/preview.ts";
import type { SnapshotFacts } from "./html-state.ts";

/** What the parts of a page depend on beside the run. */
export interface HtmlLayout {
  readonly title: string;
  readonly details: "none" | "errors" | "io";
  readonly stacks: boolean;
  readonly secret: SecretKey;
  /** Ms since the epoch. */
  readonly now: number;
  readonly snapshot: SnapshotFacts | undefined;
}
