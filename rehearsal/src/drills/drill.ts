// A drill is data: what it answers in whose place, or what it takes away. Nothing else in the mini Azure knows of any drill.
import type { Answer, Handler, MiniRequest } from "../http/answer.ts";
import type { DeploymentFault } from "../scm/deployment.ts";
import type { StateLock } from "./terraform-state.ts";

/** Azure Resource Manager with the sign-in, the deployment service of a site, or the site itself. */
export type Server = "arm" | "scm" | "site";

export type Interception = {
  server: Server;
  match(request: MiniRequest): boolean;
  /**
   * @param next - The server's own answer, to this request or to another one.
   * @returns null to leave this request alone: it does not count then.
   */
  answer(request: MiniRequest, next: Handler): Answer | null | Promise<Answer | null>;
};

/** How the provider is installed instead; what is absent stays as it is. */
export type ProviderFault = {
  cliConfig?: string;
  env?: Record<string, string>;
  lockFile?: (version: string) => string;
};

/** A PATH that lacks some tools and has stand-ins for others, and variables next to it. */
export type MachineFault = {
  hidden: readonly Tool[];
  scripts?: Partial<Record<Tool, string>>;
  env?: Record<string, string>;
};

export type Tool = "az" | "terraform" | "func";

/** What befalls the state of an initialised working directory, right before terraform plans or applies. */
export type StateFault = {
  before: "plan" | "apply";
  strike(terraformDir: string, env: NodeJS.ProcessEnv): Promise<StateLock | null>;
};

export type Drill = {
  summary: string;
  /** How often it strikes before things work again; absent means every time. */
  times?: number;
  requests?: readonly Interception[];
  /** How a deployment ends that was taken. */
  deployment?: DeploymentFault;
  /** Azure Resource Manager shows a certificate that nobody trusts. */
  untrusted?: boolean;
  provider?: ProviderFault;
  machine?: MachineFault;
  state?: StateFault;
};
