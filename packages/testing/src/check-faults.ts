import { checkKnown, checkOneOf, invalidOption } from "@reprise/core/spi";
import type { Fault, Faults, FaultyOperation } from "./fault.ts";

// As records, so that the compiler asks for what is added later.
const operations: Readonly<Record<FaultyOperation, true>> = {
  acquire: true, read: true, head: true, list: true, post: true, remove: true,
  append: true, recovered: true, messages: true, acknowledge: true, flush: true, renew: true, compact: true, release: true,
  put: true, get: true, open: true, stat: true,
};
const fieldsOf: Readonly<Record<Fault["kind"], Readonly<Record<string, true>>>> = {
  fail: { kind: true, error: true },
  delay: { kind: true, delayMs: true },
  tear: { kind: true, done: true },
  crash: { kind: true, done: true },
};

/** Throws `INVALID_OPTION` for a plan that could not be carried out: the test would pass without having tried anything. */
export function checkFaults(faults: Faults): void {
  checkKnown(faults, operations, "faultyBackend: faults");
  for (const [operation, planned] of Object.entries(faults)) {
    if (planned === undefined) continue;
    const option = `faults.${operation}`;
    if (typeof planned !== "object" || planned === null) invalidOption(option, "an object: faults by the number of the call", planned, "faultyBackend");
    for (const [number, fault] of Object.entries(planned)) {
      if (!/^[1-9]\d*$/u.test(number)) invalidOption(option, "by the number of the call, a whole number from 1", number, "faultyBackend");
      checkFault(`${option}[${number}]`, fault);
    }
  }
}

function checkFault(option: string, fault: unknown): void {
  if (typeof fault !== "object" || fault === null) invalidOption(option, "a fault, such as { kind: \"fail\" }", fault, "faultyBackend");
  const { kind, delayMs, done } = fault as { readonly kind?: unknown; readonly delayMs?: unknown; readonly done?: unknown };
  if (kind === undefined) invalidOption(`${option}.kind`, "given", kind, "faultyBackend");
  checkOneOf(`${option}.kind`, Object.keys(fieldsOf), kind, "faultyBackend");
  checkKnown(fault, fieldsOf[kind as Fault["kind"]], `faultyBackend: ${option}`);
  if (kind === "delay" && !(typeof delayMs === "number" && delayMs >= 0)) invalidOption(`${option}.delayMs`, "a number of milliseconds from 0", delayMs, "faultyBackend");
  if ((kind === "tear" || kind === "crash") && typeof done !== "boolean") invalidOption(`${option}.done`, "true or false", done, "faultyBackend");
}
