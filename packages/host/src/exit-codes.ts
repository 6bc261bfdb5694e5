/** What Node, shells, containers and ssh mean by an exit code; empty where it is the program's own. */
export function codeHint(code: number): string {
  if (code === 13) return " (in Node: a top-level await that never settled)";
  if (code === 127) return " (a shell's or container's: command not found)";
  if (code === 126) return " (a shell's or container's: not executable)";
  if (code > 128 && code < 160) return ` (a shell's or container's: ended by signal ${code - 128})`;
  return "";
}

/** What to do about a process that ended with this code before it was ready. */
export function earlyExitAdvice(code: number): string {
  if (code === 13) return "call serve(plugin) before any await that may never settle";
  if (code === 9) return "in Node an invalid option: look at execArgv";
  if (code === 0) return "a worker must stay alive: look for process.exit, and leave its stdin to serve(plugin)";
  return "its stderr may say why: in Node most often an exception at the top of the entry, or in setup";
}
