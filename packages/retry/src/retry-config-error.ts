/** One refused option. */
export interface RetryConfigIssue {
  /** Where it stands: `maxAttempts`, `retryOn[1]`. */
  readonly option: string;
  /** What it must be. */
  readonly rule: string;
  /** What it was, shortened, for reading. */
  readonly received: string;
}

/** A retry configuration that cannot be used. Names every refused option; thrown where the configuration is given, not at the first failure. */
export class RetryConfigError extends Error {
  override readonly name = "RetryConfigError";
  readonly code = "INVALID_RETRY_CONFIG";
  readonly issues: readonly RetryConfigIssue[];

  constructor(issues: readonly RetryConfigIssue[]) {
    super(`invalid retry configuration: ${issues.map(({ option, rule, received }) => `${option} ${rule}, received ${received}`).join("; ")}`);
    this.issues = issues;
  }
}
