import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Interpreter } from "./probe-interpreter.ts";
import { type RunnerFiles, runnerMain } from "./runner-files.ts";

type GuardedCommand = {
  /** Runs the guard; the command itself may be another program. */
  interpreter: Interpreter;
  files: RunnerFiles;
  pycacheDir: string;
  command: readonly [string, ...string[]];
  env: NodeJS.ProcessEnv;
  cwd: string;
  onLine: (line: string) => void;
  signal: AbortSignal;
};

/**
 * Runs a program, and ends its whole process tree when the program ends, when `signal` aborts, and when this process dies.
 *
 * @returns Its exit code; not 0 after an abort.
 */
export async function runGuarded(options: GuardedCommand): Promise<number> {
  const { interpreter, files, pycacheDir, command, env, cwd, onLine, signal } = options;
  const [program, ...first] = interpreter.launch;
  const child = spawn(program, [...first, "-I", "-S", runnerMain(files), pycacheDir, "guard", ...command], {
    env,
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  child.stdin.on("error", () => {}); // It has already exited.
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on("line", onLine);
  const end = () => child.stdin.end();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject).once("close", (code) => resolve(code ?? 1));
    });
  } finally {
    signal.removeEventListener("abort", end);
  }
}
