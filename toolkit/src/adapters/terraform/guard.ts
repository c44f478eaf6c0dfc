// A process between same-kit and terraform. Terraform must get exactly one interrupt, must not get the terminal's, and must not
// go on alone when same-kit was killed: this keeps it in its own process group, passes on what it is told to, and interrupts it
// once when its starter is gone. Terraform then stops its provider's calls and saves the state.

import { spawn } from "node:child_process";

const [binary = "terraform", ...args] = process.argv.slice(2);

const child = spawn(binary, args, { stdio: ["ignore", "inherit", "inherit"], detached: true });
let isEnding = false;

function interruptOnce(): void {
  if (isEnding) return;
  isEnding = true;
  child.kill("SIGINT");
}

// The terminal's Ctrl-C reaches this process too; same-kit decides what it means.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.on("message", (message) => {
  if (message === "interrupt") interruptOnce();
  // "Leave now": state may miss what was just made. Only on the user's second Ctrl-C.
  if (message === "interrupt-again") child.kill("SIGINT");
});
process.on("disconnect", interruptOnce);

child.on("error", (error: NodeJS.ErrnoException) => {
  process.stderr.write(`${error.code ?? ""} ${error.message}\n`);
  process.exit(error.code === "ENOENT" ? 127 : 126);
});
child.on("exit", (code) => process.exit(code ?? 1));
