/** The part of a deployment that a drill strikes. */
export type DrillPhase = "preflight" | "provision" | "deploy" | "verify" | "remove";

/**
 * Where a drill is played: by one of the mini Azure's servers, by the generated Terraform installation (`install`), or by
 * programs put before the real ones on PATH (`machine`).
 */
export type DrillStage = "arm" | "scm" | "site" | "install" | "machine";

export type Drill = {
  /** Row of the table of failure cases; 0 for drills that combine several. */
  number: number;
  phase: DrillPhase;
  stage: DrillStage;
  /** How often it strikes before things work again; absent means every time. */
  times?: number;
  summary: string;
};

/** Everything that `--rehearse --fail CASE` can play. */
export const DRILLS = {
  "az-missing": machine(1, "No Azure CLI, and no service principal in the environment."),
  "not-logged-in": machine(2, "The Azure CLI is not signed in."),
  "session-expired": drill(3, "preflight", "arm", "The sign-in has expired."),
  "subscription-unknown": drill(4, "preflight", "arm", "The subscription does not exist for this account."),
  quota: drill(5, "provision", "arm", "The region has no quota for the plan."),
  "no-rights": drill(6, "provision", "arm", "The account may not create the resource group."),
  policy: drill(7, "provision", "arm", "A policy forbids the storage account."),
  "namespace-unregistered": drill(8, "provision", "arm", "Microsoft.Web is not registered."),
  "name-taken": drill(9, "provision", "arm", "Someone else has an app of this name."),
  "storage-name-taken": drill(9, "provision", "arm", "Someone else has a storage account of this name."),
  "exists-not-in-state": {
    ...drill(10, "provision", "arm", "A resource is there that the state does not know."),
    times: 1,
  },
  "region-unsupported": drill(11, "provision", "arm", "The region does not offer the plan."),
  "plan-mixing": drill(12, "provision", "arm", "The resource group already holds another kind of plan."),
  "setting-refused": drill(13, "provision", "arm", "The region refuses a site setting (51021)."),
  "provider-blocked": drill(14, "provision", "install", "The provider registry cannot be reached."),
  "lock-file-mismatch": drill(15, "provision", "install", "The lock file names other checksums."),
  "terraform-missing": machine(16, "There is no terraform."),
  "terraform-old": machine(16, "Terraform is too old."),
  "state-locked": drill(17, "provision", "install", "Another run holds the state."),
  "stale-plan": {
    ...drill(18, "provision", "install", "The state changed after the plan was saved."),
    times: 1,
  },
  "apply-partly-failed": drill(19, "provision", "arm", "One resource fails after others were made."),
  throttled: { ...drill(20, "provision", "arm", "Azure asks to slow down, then goes on."), times: 1 },
  slow: drill(21, "provision", "arm", "The storage account takes minutes, so that an interrupt can be tried."),
  "apply-dies": {
    ...drill(21, "provision", "arm", "The connection breaks after a resource was made but not recorded."),
    times: 1,
  },
  "app-not-found": { ...drill(22, "deploy", "arm", "Azure does not list the new app yet."), times: 2 },
  "scm-unauthorized": drill(23, "deploy", "scm", "The deployment service refuses the sign-in."),
  "scm-forbidden": drill(24, "deploy", "scm", "The deployment service is restricted to other addresses."),
  "deployment-conflict": { ...drill(25, "deploy", "scm", "Another deployment is running, then ends."), times: 2 },
  "scm-unavailable": { ...drill(26, "deploy", "scm", "The deployment service is still starting."), times: 2 },
  "storage-forbidden": { ...drill(27, "deploy", "scm", "The app may not write its package yet."), times: 1 },
  "package-too-large": drill(28, "deploy", "scm", "The package does not fit."),
  "build-failed": drill(29, "deploy", "scm", "The remote build fails."),
  "publish-interrupted": { ...drill(0, "deploy", "scm", "The connection breaks during the upload."), times: 1 },
  "zero-functions": drill(30, "verify", "site", "Deployed, but the host finds no functions."),
  "host-error": drill(31, "verify", "site", "The host starts into an error."),
  "host-silent": drill(32, "verify", "site", "The host never answers."),
  "smoke-timeout": drill(33, "verify", "site", "The test run never finishes."),
  "smoke-failed": drill(34, "verify", "site", "The test run fails."),
  "tls-interception": drill(35, "preflight", "arm", "Something replaces the certificates on the way."),
  "group-not-empty": drill(36, "remove", "arm", "The resource group holds something that is not ours."),
  "outputs-missing": drill(0, "provision", "arm", "Azure tells no host name for the app."),
} as const satisfies Record<string, Drill>;

export type DrillName = keyof typeof DRILLS;

/** One drill switched on; `times` as in {@link Drill}. */
export type ActiveDrill = { name: DrillName; times: number };

/**
 * `CASE`, or `CASE:always` for a drill that would pass after a few tries.
 *
 * @returns null for a name that is no drill.
 */
export function parseDrill(text: string): ActiveDrill | null {
  const [name = "", suffix] = text.split(":");
  if (!Object.hasOwn(DRILLS, name) || (suffix !== undefined && suffix !== "always")) return null;
  const known: Drill = DRILLS[name as DrillName];
  return {
    name: name as DrillName,
    times: suffix === "always" ? Number.POSITIVE_INFINITY : (known.times ?? Number.POSITIVE_INFINITY),
  };
}

/** Counts how often the active drill has struck. */
export class DrillCounter {
  readonly #active: ActiveDrill | null;
  #left: number;

  constructor(active: ActiveDrill | null) {
    this.#active = active;
    this.#left = active?.times ?? 0;
  }

  isActive(name: DrillName): boolean {
    return this.#active?.name === name && this.#left > 0;
  }

  /** Whether `name` strikes now; each yes uses one of its times. */
  strikes(name: DrillName): boolean {
    if (!this.isActive(name)) return false;
    this.#left -= 1;
    return true;
  }
}

function drill(number: number, phase: DrillPhase, stage: DrillStage, summary: string): Drill {
  return { number, phase, stage, summary };
}

function machine(number: number, summary: string): Drill {
  return drill(number, "preflight", "machine", summary);
}
