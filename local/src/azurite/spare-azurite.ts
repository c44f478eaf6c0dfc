import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { SpareProcess } from "../process/spare-process.ts";
import { forkDetached } from "../process/supervise.ts";
import { azuriteProgram } from "./azurite-program.ts";
import { SPARE_ARGUMENT, type Waiting } from "./child/child-options.ts";

const ENTRANCE_TIMEOUT_MS = 20_000;

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

  /** @returns null if it was taken before, has ended, or does not open its entrance. */
  async take(env: NodeJS.ProcessEnv): Promise<{ child: ChildProcess; entrancePort: number } | null> {
    const child = this.#spare.take(env);
    if (child === null) return null;
    const entrancePort = await Promise.race([this.#entrancePort, delay(ENTRANCE_TIMEOUT_MS, null, { ref: false })]);
    if (entrancePort !== null) return { child, entrancePort };
    child.kill("SIGKILL");
    return null;
  }

  discard(): void {
    this.#spare.discard();
  }
}
