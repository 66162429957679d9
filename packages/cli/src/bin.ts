#!/usr/bin/env node
import module from "node:module";

// Compiling is most of what a short command does; from Node 22.8 on, what was compiled once is kept.
module.enableCompileCache?.();
const [{ main }, { outliveOutput, processTerminal, tellFault }] = await Promise.all([import("./main.ts"), import("./system.ts")]);

outliveOutput();
// Not process.exit(): what was written to a pipe must get there.
process.exitCode = await main(process.argv.slice(2), processTerminal()).catch(tellFault);
