// A drill is data: which requests it answers instead of the server, or what it takes away. No other part of the mini
// Azure knows about drills.
import type { Answer, Handler, MiniRequest } from "../http/answer.ts";
import type { DeploymentFault } from "../scm/deployment.ts";
import type { StateLock } from "./terraform-state.ts";

/** Azure Resource Manager with the sign-in, the deployment service of a site, or the site itself. */
export type Server = "arm" | "scm" | "site";

export type Interception = {
  server: Server;
  match(request: MiniRequest): boolean;
  /**
   * @param next - Gives the server's own response, to this request or to another one.
   * @returns null to let the server answer; the request then does not count.
   */
  answer(request: MiniRequest, next: Handler): Answer | null | Promise<Answer | null>;
};

/** Changes to how the provider is installed; absent members stay unchanged. */
export type ProviderFault = {
  cliConfig?: string;
  env?: Record<string, string>;
  lockFile?: (version: string) => string;
};

/** A PATH without some tools and with stand-ins for others, and additional variables. */
export type MachineFault = {
  hidden: readonly Tool[];
  scripts?: Partial<Record<Tool, string>>;
  env?: Record<string, string>;
};

export type Tool = "az" | "terraform" | "func";

/** What happens to the state of an initialized working directory, right before terraform plans or applies. */
export type StateFault = {
  before: "plan" | "apply";
  fire(terraformDir: string, env: NodeJS.ProcessEnv): Promise<StateLock | null>;
};

export type Drill = {
  summary: string;
  /** How often it fires before things work again; absent: every time. */
  times?: number;
  requests?: readonly Interception[];
  /** How an accepted deployment ends. */
  deployment?: DeploymentFault;
  /** Azure Resource Manager uses a certificate that no one trusts. */
  untrusted?: boolean;
  provider?: ProviderFault;
  machine?: MachineFault;
  state?: StateFault;
};
