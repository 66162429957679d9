// Type-checked against the packed declarations.
import { ExitCode, main, processTerminal, type Terminal } from "@reprise/cli";

export async function check(terminal: Terminal = processTerminal()): Promise<boolean> {
  return (await main(["verify"], terminal)) === ExitCode.OK;
}
// @ts-expect-error: words are a list
export const wrong = (): unknown => main("verify", processTerminal());
