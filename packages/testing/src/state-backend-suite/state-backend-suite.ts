import { describe } from "vitest";
import { appendCases } from "./append-cases.ts";
import { connectCases } from "./connect-cases.ts";
import { errorCases } from "./error-cases.ts";
import { headerCases } from "./header-cases.ts";
import { idCases } from "./id-cases.ts";
import { leaseCases } from "./lease-cases.ts";
import { listCases } from "./list-cases.ts";
import { messageCases } from "./message-cases.ts";
import { orderCases } from "./order-cases.ts";
import { readCases } from "./read-cases.ts";
import { reopenCases } from "./reopen-cases.ts";
import { suiteContext, type StateBackendSuiteOptions } from "./suite-context.ts";
import { takeoverCases } from "./takeover-cases.ts";

/**
 * Registers vitest cases for the contract of `StateBackend`, guarantee by guarantee. Call it at the top level of a test
 * file. What needs a second process, a crash or a damaged file is for the backend's own tests.
 *
 * @example
 * ```ts
 * import { memoryBackend, type MemoryBackend } from "@reprise/backend-memory";
 * import { stateBackendSuite } from "@reprise/testing/vitest";
 *
 * stateBackendSuite("memoryBackend", {
 *   open: () => memoryBackend(),
 *   abandon: (backend, stateId) => (backend as MemoryBackend).abandon(stateId),
 * });
 * ```
 */
export function stateBackendSuite(name: string, options: StateBackendSuiteOptions): void {
  const context = suiteContext(options);
  describe(`stateBackendSuite: ${name}`, () => {
    appendCases(context);
    orderCases(context);
    readCases(context);
    idCases(context);
    leaseCases(context);
    takeoverCases(context);
    headerCases(context);
    listCases(context);
    messageCases(context);
    errorCases(context);
    reopenCases(context);
    connectCases(context);
  });
}
