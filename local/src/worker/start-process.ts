import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { YOUNG_GENERATION } from "../shared/young-generation.ts";

export type ProcessSpec = {
  appDirectory: string;
  env: NodeJS.ProcessEnv;
  /** The Node.js executable that runs it. */
  nodeFile: string;
  /** Arguments for Node.js itself, such as `--inspect=9229`. */
  nodeArguments?: readonly string[];
};

// In streaming mode, the library's own HTTP server receives the headers that the host accepted, plus a few of the
// host's.
const HEADER_LIMIT_BYTES = 64 * 1024;

/** Starts the process that will load the app. */
export function startProcess({ appDirectory, env, nodeFile, nodeArguments = [] }: ProcessSpec): ChildProcess {
  const folder = path.join(packageRoot(), "dist", "worker");
  return fork(path.join(folder, "main.cjs"), {
    cwd: appDirectory,
    env,
    execPath: nodeFile,
    // Does not inherit our arguments, because the host may run under a debugger or a loader.
    execArgv: [
      "--require",
      path.join(folder, "preload.cjs"),
      `--max-http-header-size=${HEADER_LIMIT_BYTES}`,
      YOUNG_GENERATION,
      ...nodeArguments,
    ],
    // Structured clone preserves bytes.
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}
