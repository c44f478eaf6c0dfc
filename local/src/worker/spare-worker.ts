import type { ChildProcess } from "node:child_process";
import { SpareProcess } from "../process/spare-process.ts";
import { ROUTES_VARIABLE } from "./development-routes.ts";
import type { HostToWorker } from "./messages.ts";
import { type ProcessSpec, startProcess } from "./start-process.ts";
import { TRACE_VARIABLE } from "./trace-variable.ts";

/** A worker's process whose app is not known yet: Azure's hosts keep such processes as well. */
export class SpareWorker {
  readonly #spare: SpareProcess;

  constructor(env: NodeJS.ProcessEnv) {
    // If this process was itself started by an app, these were meant for that app's worker.
    const own = { ...env, [ROUTES_VARIABLE]: undefined, [TRACE_VARIABLE]: undefined };
    const child = startProcess({ appDirectory: process.cwd(), env: own, nodeFile: process.execPath });
    this.#spare = new SpareProcess(child, env);
  }

  /**
   * Gives the process its environment and folder.
   *
   * @returns null if it cannot be the wanted one; it is then discarded.
   */
  take({ appDirectory, env, nodeFile, nodeArguments = [] }: ProcessSpec): ChildProcess | null {
    const isOurNode = nodeFile === process.execPath && nodeArguments.length === 0;
    const child = isOurNode ? this.#spare.take(env) : null;
    if (child === null) this.discard();
    const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const reload: HostToWorker = {
      kind: "functionEnvironmentReloadRequest",
      environmentVariables: Object.fromEntries(defined),
      functionAppDirectory: appDirectory,
    };
    child?.send(reload, () => {});
    return child;
  }

  discard(): void {
    this.#spare.discard();
  }
}
