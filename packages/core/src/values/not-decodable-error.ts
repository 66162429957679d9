import { RepriseError, type RepriseErrorDetails } from "../errors/reprise-error.ts";

/** A recorded value is not what this codec writes: damaged, foreign, or of a class that is not registered. Code `NOT_DECODABLE`. */
export class NotDecodableError extends RepriseError {
  override readonly name = "NotDecodableError";
  declare readonly path: string;

  constructor(path: string, problem: string, details: RepriseErrorDetails = {}) {
    super("NOT_DECODABLE", `${path} cannot be read from its record: ${problem}`, { ...details, path });
  }
}
