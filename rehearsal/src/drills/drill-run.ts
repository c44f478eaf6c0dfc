import type { Handler } from "../http/answer.ts";
import type { DeploymentFault } from "../scm/deployment.ts";
import type { Drill, ProviderFault, Server, StateFault } from "./drill.ts";
import { createMachinePath } from "./machine-path.ts";
import type { ActiveDrill } from "./table.ts";
import { DRILLS } from "./table.ts";
import type { StateLock } from "./terraform-state.ts";

const NOTHING: Drill = { summary: "" };

/** The active drill during a run, or none. Counts how often it has fired. */
export class DrillRun {
  readonly #drill: Drill;
  #left: number;
  #lock: StateLock | null = null;

  constructor(active: ActiveDrill | null) {
    this.#drill = active === null ? NOTHING : DRILLS[active.name];
    this.#left = active?.times ?? 0;
  }

  get isUntrusted(): boolean {
    return this.#drill.untrusted === true;
  }

  get provider(): ProviderFault {
    return this.#drill.provider ?? {};
  }

  /** Wraps `handle` so that the drill answers the requests that it matches. */
  intercept(server: Server, handle: Handler): Handler {
    const rules = (this.#drill.requests ?? []).filter((rule) => rule.server === server);
    if (rules.length === 0) return handle;
    return async (request) => {
      const rule = this.#left > 0 ? rules.find(({ match }) => match(request)) : undefined;
      if (rule === undefined) return handle(request);
      // Counted before the response is known, because several requests are in progress at once.
      this.#left -= 1;
      const answer = await rule.answer(request, handle);
      if (answer !== null) return answer;
      this.#left += 1;
      return handle(request);
    };
  }

  /** How the deployment that starts now must end; null if the drill does not affect it. */
  takeDeploymentFault(): DeploymentFault | null {
    const { deployment } = this.#drill;
    return deployment !== undefined && this.#take() ? deployment : null;
  }

  /** Variables of the machine that the drill simulates; empty for most drills. */
  async prepareMachine(folder: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
    const { machine } = this.#drill;
    return machine === undefined ? {} : createMachinePath(folder, env, machine);
  }

  async fireOnState(moment: StateFault["before"], terraformDir: string, env: NodeJS.ProcessEnv): Promise<void> {
    const { state } = this.#drill;
    // The lock taken for the first plan is still held for a second plan of the same run.
    if (state?.before !== moment || this.#lock !== null || !this.#take()) return;
    this.#lock = await state.fire(terraformDir, env);
  }

  /** Releases what the drill holds. */
  async end(): Promise<void> {
    await this.#lock?.release();
    this.#lock = null;
  }

  #take(): boolean {
    if (this.#left <= 0) return false;
    this.#left -= 1;
    return true;
  }
}
