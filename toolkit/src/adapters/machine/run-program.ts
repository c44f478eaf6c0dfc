import { execFile } from "node:child_process";

const LIMIT_MS = 20_000;

/** The output of a short-lived program; null if it does not exist, failed or took too long. */
export function runProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { env, timeout: LIMIT_MS, windowsHide: true, encoding: "utf8" } as const;
    execFile(program, [...args], options, (error, stdout) => resolve(error === null ? stdout : null));
  });
}
