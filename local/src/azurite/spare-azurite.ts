import type { ChildProcess } from "node:child_process";
import { SpareProcess } from "../process/spare-process.ts";
import { forkDetached } from "../process/supervise.ts";
import { azuriteProgram } from "./azurite-program.ts";
import { SPARE_ARGUMENT, type Waiting } from "./child/child-options.ts";

/** An Azurite's process that does not know its data yet. Its entrance is open: connections wait there. */
export class SpareAzurite {
  readonly #spare: SpareProcess;
  readonly #entrancePort: Promise<number | null>;

  constructor(env: NodeJS.ProcessEnv) {
    const child = forkDetached({ file: azuriteProgram(), args: [SPARE_ARGUMENT], env, output: "ignore" });
    this.#spare = new SpareProcess(child, env);
    const { promise, resolve } = Promise.withResolvers<number | null>();
    child.once("message", (message) => resolve((message as Waiting).entrancePort));
    for (const end of ["exit", "error"]) child.once(end, () => resolve(null));
    this.#entrancePort = promise;
  }

  /** @returns null if it was taken before or has ended. */
  async take(env: NodeJS.ProcessEnv): Promise<{ child: ChildProcess; entrancePort: number } | null> {
    const child = this.#spare.take(env);
    const entrancePort = child === null ? null : await this.#entrancePort;
    return child === null || entrancePort === null ? null : { child, entrancePort };
  }

  discard(): void {
    this.#spare.discard();
  }
}
