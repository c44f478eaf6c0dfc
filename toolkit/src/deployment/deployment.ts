import { InvariantError, pollUntil, type Waiting } from "@same-kit/shared";
import { createAz } from "../adapters/azure/az.ts";
import { type SignedIn, signIn } from "../adapters/azure/sign-in.ts";
import { checkAll, type PreflightCheck } from "../adapters/preflight.ts";
import { Terraform, type TerraformCommands } from "../adapters/terraform/terraform.ts";
import { unusedTerraformVariables } from "../adapters/terraform/terraform-environment.ts";
import type { PhaseProgress, PhaseView } from "../ports.ts";
import { checkTerraform } from "./check-terraform.ts";
import type { EnvironmentFolder } from "./environment.ts";
import type { DeploymentFacts } from "./explain-terraform.ts";
import type { DeploymentPhase } from "./failure-cases.ts";
import { orInterrupted } from "./interrupted.ts";
import { Journal, type JournalPhase } from "./journal.ts";

/** Called where a rehearsal's drill takes effect that no server can simulate; they do nothing in the cloud. */
export type DrillHooks = {
  beforePlan(terraformDir: string): Promise<void>;
  beforeApply(terraformDir: string): Promise<void>;
};

/** The target cloud, Azure or a rehearsal, and how terraform and same-kit reach it. */
export type DeploymentTarget = {
  /** The environment of every program that is started. */
  env: NodeJS.ProcessEnv;
  fetch: typeof fetch;
  waiting: Waiting;
  terraform: {
    /** Name on PATH, or a path. */
    binary: string;
    /** The module that same-kit ships. */
    moduleDir: string;
    lockTimeoutSeconds: number;
    /** Null: the module's, or in a rehearsal the one that `init` writes. */
    lockFile: string | null;
    /** Where the provider comes from; another one needs another `init`. */
    providerIdentity: string;
    /** The variables of the rehearsal; they override the user's. */
    variables: Record<string, unknown>;
  };
  drillHooks: DrillHooks;
  /** The time limit of the smoke test's run. */
  smokeLimitMs: number;
};

type DeploymentOptions = {
  folder: EnvironmentFolder;
  target: DeploymentTarget;
  view: PhaseView;
  /** Aborted by the user's first Ctrl-C. */
  signal: AbortSignal;
  /** The second one: exit immediately, even if work is lost. */
  leaveNow: AbortSignal;
  now: () => Date;
  /** Default: the real implementations. */
  terraform?: TerraformCommands;
  signIn?: typeof signIn;
};

/** One environment during a command: its known state, and all operations that change it. */
export class Deployment {
  readonly folder: EnvironmentFolder;
  readonly target: DeploymentTarget;
  readonly journal: Journal;
  readonly terraform: TerraformCommands;
  readonly view: PhaseView;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly #signInTo: typeof signIn;
  #azure: SignedIn | null = null;

  private constructor(options: DeploymentOptions, journal: Journal) {
    const { folder, target, view, signal, leaveNow, now } = options;
    this.folder = folder;
    this.target = target;
    this.journal = journal;
    this.view = view;
    this.signal = signal;
    this.now = now;
    const { env, terraform } = target;
    this.terraform =
      options.terraform ?? new Terraform({ ...terraform, dir: folder.terraformDir, env, signal, leaveNow });
    this.#signInTo = options.signIn ?? signIn;
  }

  static async open(options: DeploymentOptions): Promise<Deployment> {
    return new Deployment(options, await Journal.open(options.folder, options.now));
  }

  /** Azure, after {@link checkTools} or {@link checkSignIn} has succeeded. */
  get azure(): SignedIn {
    if (this.#azure !== null) return this.#azure;
    throw new InvariantError("Azure was used before the sign-in was checked.");
  }

  /**
   * Checks terraform, the sign-in and `checks`.
   *
   * @throws PreflightError with all problems at once.
   */
  async checkTools(subscription: string | null, checks: readonly PreflightCheck[] = []): Promise<void> {
    const unused = unusedTerraformVariables(this.target.env);
    if (unused.length > 0)
      this.view.lines([`Ignored, because they would change what terraform does: ${unused.join(", ")}.`]);
    await this.phase("preflight", "Check tools and sign-in", () =>
      checkAll([() => checkTerraform(this.terraform), () => this.#signIn(subscription), ...checks]),
    );
  }

  /** Checks the sign-in and `checks`, for a command that runs no terraform. */
  async checkSignIn(subscription: string | null, checks: readonly PreflightCheck[] = []): Promise<void> {
    await this.phase("preflight", "Check sign-in", () => checkAll([() => this.#signIn(subscription), ...checks]));
  }

  async #signIn(subscription: string | null): ReturnType<PreflightCheck> {
    const { env, fetch, waiting } = this.target;
    const { sleep, now } = waiting;
    const result = await this.#signInTo(subscription, {
      env,
      az: createAz(env),
      fetch,
      sleep,
      signal: this.signal,
      now,
    });
    if (Array.isArray(result)) return result;
    this.#azure = result;
    return [];
  }

  /** Runs one part of the work under a title; an interrupt during it becomes an InterruptedError of `phase`. */
  phase<T>(phase: DeploymentPhase, title: string, work: (progress: PhaseProgress) => Promise<T>): Promise<T> {
    return this.view.phase(title, (progress) => this.interruptible(phase, () => work(progress)));
  }

  /** A {@link phase} whose result is recorded in the journal under `fingerprint`. */
  recordedPhase(
    name: JournalPhase,
    fingerprint: string,
    { phase, title }: { phase: DeploymentPhase; title: string },
    work: (progress: PhaseProgress) => Promise<void>,
  ): Promise<void> {
    return this.journal.run(name, fingerprint, () => this.phase(phase, title, work));
  }

  /** Like {@link phase}, for work without a title. */
  interruptible<T>(phase: DeploymentPhase, work: () => Promise<T>): Promise<T> {
    return orInterrupted(phase, this.signal, work);
  }

  /** Calls `attempt` every `everyMs` until it returns a value. @returns null after `limitMs`. */
  poll<T>(everyMs: number, limitMs: number, attempt: () => Promise<T | null>): Promise<T | null> {
    return pollUntil({ attempt, everyMs, limitMs, waiting: this.target.waiting, signal: this.signal });
  }

  /** The facts that messages about a terraform failure mention. */
  facts(known: Partial<DeploymentFacts> = {}): DeploymentFacts {
    const { subscriptionId, user } = this.azure;
    const { terraformDir } = this.folder;
    return {
      subscriptionId,
      user,
      terraformDir,
      location: "",
      plan: "",
      done: 0,
      planned: 0,
      variableFiles: [],
      ...known,
    };
  }
}
