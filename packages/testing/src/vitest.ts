// Suites for authors of backends, retry policies and subscribers: each registers vitest cases
export { artifactBackendSuite } from "./artifact-backend-suite/artifact-backend-suite.ts";
export { retryPolicySuite } from "./retry-policy-suite/retry-policy-suite.ts";
export { stateBackendSuite } from "./state-backend-suite/state-backend-suite.ts";
export { subscriberSuite } from "./subscriber-suite/subscriber-suite.ts";
export type { ArtifactBackendSuiteOptions } from "./artifact-backend-suite/artifact-suite-context.ts";
export type { RetryPolicySuiteOptions } from "./retry-policy-suite/retry-policy-suite.ts";
export type { StateBackendSuiteOptions } from "./state-backend-suite/suite-context.ts";
export type { SubscriberSuiteOptions } from "./subscriber-suite/subscriber-suite.ts";
