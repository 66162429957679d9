// Suites for authors of backends: each registers vitest cases
export { stateBackendSuite } from "./state-backend-suite/state-backend-suite.ts";
export type { StateBackendSuiteOptions } from "./state-backend-suite/suite-context.ts";
