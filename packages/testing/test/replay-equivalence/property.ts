import { expect, test } from "vitest";
import type { GenerateOptions } from "./generate.ts";
import { propertySettings, search, type Oracle } from "./search.ts";

/** A property of all programs. */
export interface Property {
  readonly name: string;
  readonly oracle: Oracle;
  readonly generate?: GenerateOptions;
  /** Of the programs. Default: 1. */
  readonly share?: number;
}

/** Registers a test per property; how many programs it tries, and from which seed, is said by the environment. */
export function testProperties(properties: readonly Property[]): void {
  const { programs, seed } = propertySettings();
  test.each(properties)("$name", { timeout: 60_000 + programs * 1_000 }, async ({ oracle, generate = {}, share = 1 }) => {
    const { failure, crashPoints } = await search({ oracle, seed, programs: Math.ceil(programs * share), generate });
    if (failure) expect.fail(failure.report);
    expect(crashPoints).toBeGreaterThan(0);
  });
}
