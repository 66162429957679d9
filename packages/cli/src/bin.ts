#!/usr/bin/env node
import { main } from "./main.ts";
import { endWithBrokenPipe, processTerminal } from "./system.ts";

endWithBrokenPipe();
// Not process.exit(): what was written to a pipe must get there.
process.exitCode = await main(process.argv.slice(2), processTerminal());
