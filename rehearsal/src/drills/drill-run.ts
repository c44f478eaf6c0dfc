import type { Handler } from "../http/answer.ts";
import type { DeploymentFault } from "../scm/deployment.ts";
import type { Drill, ProviderFault, Server, StateFault } from "./drill.ts";
import { layPath } from "./lay-path.ts";
import type { ActiveDrill } from "./table.ts";
import { DRILLS } from "./table.ts";
import type { StateLock } from "./terraform-state.ts";

const NOTHING: Drill = { summary: "" };

/** The active drill while it is played, or none: it counts how often it has struck. */
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

  /** `handle`, but for the requests that the drill answers in its place. */
  intercept(server: Server, handle: Handler): Handler {
    const rules = (this.#drill.requests ?? []).filter((rule) => rule.server === server);
    if (rules.length === 0) return handle;
    return async (request) => {
      const rule = this.#left > 0 ? rules.find(({ match }) => match(request)) : undefined;
      if (rule === undefined) return handle(request);
      // Counted before the answer is known: several requests are under way at once.
      this.#left -= 1;
      const answer = await rule.answer(request, handle);
      if (answer !== null) return answer;
      this.#left += 1;
      return handle(request);
    };
  }

  /** How the deployment that begins now ends; null where the drill leaves it alone. */
  takeDeploymentFault(): DeploymentFault | null {
    const { deployment } = this.#drill;
    return deployment !== undefined && this.#take() ? deployment : null;
  }

  /** Variables for the machine that the drill wants; empty for most. */
  async prepareMachine(folder: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
    const { machine } = this.#drill;
    return machine === undefined ? {} : layPath(folder, env, machine);
  }

  async strikeState(moment: StateFault["before"], terraformDir: string, env: NodeJS.ProcessEnv): Promise<void> {
    const { state } = this.#drill;
    // A second plan of the same run still finds the lock that the first one met.
    if (state?.before !== moment || this.#lock !== null || !this.#take()) return;
    this.#lock = await state.strike(terraformDir, env);
  }

  /** Gives back what it holds. */
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
