#!/usr/bin/env node
import module from "node:module";

// Compiling is most of what a short command does; from Node 22.8 on, what was compiled once is kept.
module.enableCompileCache?.();
const [{ main }, { endWithBrokenPipe, processTerminal }] = await Promise.all([import("./main.ts"), import("./system.ts")]);

endWithBrokenPipe();
// Not process.exit(): what was written to a pipe must get there.
process.exitCode = await main(process.argv.slice(2), processTerminal());
