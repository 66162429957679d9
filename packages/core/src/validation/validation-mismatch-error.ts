import { RepriseError } from "../errors/reprise-error.ts";
import type { ValidationReport } from "./validation-report.ts";

/** A validation with `throwOnMismatch` found differences; `report` says which. Code `VALIDATION_MISMATCH`. */
export class ValidationMismatchError extends RepriseError {
  override readonly name = "ValidationMismatchError";
  readonly report: ValidationReport;

  constructor(report: ValidationReport) {
    const first = report.entries.find(({ status }) => status !== "same" && status !== "served");
    super("VALIDATION_MISMATCH", report.toText(), { stateId: report.stateId, ...(first && { address: first.address }) });
    this.report = report;
  }
}
