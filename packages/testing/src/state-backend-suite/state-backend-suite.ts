import { describe, test } from "vitest";
import { appendCases } from "./append-cases.ts";
import { claimCases } from "./claim-cases.ts";
import { compactCases } from "./compact-cases.ts";
import { connectCases } from "./connect-cases.ts";
import { damageCases } from "./damage-cases.ts";
import { errorCases } from "./error-cases.ts";
import { headerCases } from "./header-cases.ts";
import { idCases } from "./id-cases.ts";
import { leaseCases } from "./lease-cases.ts";
import { listCases } from "./list-cases.ts";
import { messageCases } from "./message-cases.ts";
import { orderCases } from "./order-cases.ts";
import { readCases } from "./read-cases.ts";
import { reopenCases } from "./reopen-cases.ts";
import { suiteContext, type StateBackendCase, type StateBackendSuiteOptions } from "./suite-context.ts";
import { takeoverCases } from "./takeover-cases.ts";

/**
 * Registers vitest cases for the contract of `StateBackend`, guarantee by guarantee. Call it at the top level of a test
 * file. What needs a second process, a crash or a damaged file is for the backend's own tests. Throws `INVALID_OPTION`.
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
  const cases = stateBackendCases(options);
  describe(`stateBackendSuite: ${name}`, () => {
    for (const { name: sentence, timeoutMs, run } of cases) test(sentence, timeoutMs === undefined ? {} : { timeout: timeoutMs }, run);
  });
}

/** Every case that these options allow, for those who want to run them otherwise than with {@link stateBackendSuite}. */
export function stateBackendCases(options: StateBackendSuiteOptions): readonly StateBackendCase[] {
  const cases: StateBackendCase[] = [];
  const context = suiteContext(options, (name, ...rest) => {
    const [first, second] = rest;
    if (typeof first === "function") cases.push({ name, timeoutMs: undefined, run: first });
    else if (second !== undefined) cases.push({ name, timeoutMs: first.timeout, run: second });
  });
  for (const register of [appendCases, orderCases, readCases, idCases, leaseCases, takeoverCases, headerCases, listCases, messageCases, errorCases, compactCases, damageCases, reopenCases, connectCases, claimCases]) {
    register(context);
  }
  return cases;
}
