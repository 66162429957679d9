import { RepriseError, type RepriseErrorDetails } from "../errors/reprise-error.ts";

/**
 * A value cannot be recorded. `path` says where in it the trouble is (`result.items[3].socket`), the message what it is
 * and what to do. Never retried. Code `NOT_ENCODABLE`.
 */
export class NotEncodableError extends RepriseError {
  override readonly name = "NotEncodableError";
  declare readonly path: string;

  constructor(path: string, problem: string, details: RepriseErrorDetails = {}) {
    super("NOT_ENCODABLE", `${path} cannot be recorded: ${problem}`, { ...details, path });
  }
}
