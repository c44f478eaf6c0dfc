// A process between same-kit and terraform. Terraform must get exactly one interrupt, must not get the terminal's interrupts, and must
// not continue alone when same-kit is killed. This process keeps it in its own process group, forwards interrupts, and interrupts it
// once when its parent is gone. Terraform then stops its provider's calls and saves the state. Its output is forwarded through
// here: connected directly to a parent that is gone, it would die of a broken pipe before saving anything.

import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

const [binary = "terraform", ...args] = process.argv.slice(2);

// State, backups and plans contain every secret in clear text. Only `init` writes something shared: a cache of providers.
if (!args.includes("init")) process.umask(0o077);

const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
let isEnding = false;

function interruptOnce(): void {
  if (isEnding) return;
  isEnding = true;
  child.kill("SIGINT");
}

/** Continues to read if nothing consumes the output any more, because a full pipe would block terraform. */
function pass(from: Readable, to: Writable): void {
  let isGone = false;
  to.on("error", () => {
    isGone = true;
  });
  from.on("data", (chunk: Buffer) => void (isGone || to.write(chunk)));
}

/** Providers are in terraform's process group; they survive if terraform is killed. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // None is left.
  }
}

/** Not with `process.exit`, which may cut off pending output. */
function leave(code: number): void {
  isEnding = true;
  process.exitCode = code;
  if (process.connected) process.disconnect();
}

pass(child.stdout, process.stdout);
pass(child.stderr, process.stderr);
// The terminal's Ctrl-C also reaches this process; same-kit decides what to do.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.on("message", (message) => {
  if (message === "interrupt") interruptOnce();
  // "Exit now": the state may miss what was just created. Only on the user's second Ctrl-C.
  if (message === "interrupt-again") child.kill("SIGINT");
});
process.on("disconnect", interruptOnce);

child.on("error", (error: NodeJS.ErrnoException) => {
  process.stderr.write(`${error.code ?? ""} ${error.message}\n`);
  leave(error.code === "ENOENT" ? 127 : 126);
});
child.on("exit", (_code, signal) => {
  if (signal === null) return;
  process.stderr.write(`terraform was ended by ${signal}: the state may miss what it was creating.\n`);
  endGroup(child.pid);
});
child.on("close", (code) => {
  if (process.exitCode === undefined) leave(code ?? 1);
});
