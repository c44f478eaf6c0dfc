import type { ChildProcess } from "node:child_process";
import { SpareProcess } from "../process/spare-process.ts";
import type { HostToWorker } from "./messages.ts";
import { type ProcessSpec, startProcess } from "./start-process.ts";

/** A worker's process whose app is not known yet: Azure's hosts keep such processes as well. */
export class SpareWorker {
  readonly #spare: SpareProcess;

  constructor(env: NodeJS.ProcessEnv) {
    const child = startProcess({ appDirectory: process.cwd(), env, nodeFile: process.execPath });
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
