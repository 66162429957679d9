// The command as a function, for those who wrap it or test with it
export { main } from "./main.ts";
export { processTerminal } from "./system.ts";
export { ExitCode } from "./exit-code.ts";
export type { Terminal } from "./terminal.ts";
