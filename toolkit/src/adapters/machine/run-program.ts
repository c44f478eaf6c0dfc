import { execFile } from "node:child_process";

const LIMIT_MS = 20_000;

/** What a short-lived program printed; null where it is not there, failed or took too long. */
export function runProgram(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { env, timeout: LIMIT_MS, windowsHide: true, encoding: "utf8" } as const;
    execFile(program, [...args], options, (error, stdout) => resolve(error === null ? stdout : null));
  });
}
