import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { startLocal } from "@same-kit/local";
import { bootOnLocalHost } from "@same-kit/rehearsal";
import { type LogSink, packageRoot } from "@same-kit/shared";
import { createAz } from "../adapters/azure/az.ts";
import { useProxyOf } from "../adapters/proxy.ts";
import type { CommandContext } from "../commands/define-command.ts";
import { alone } from "../deployment/alone.ts";
import type { EnvironmentFolder } from "../deployment/environment.ts";
import { hastenedWaiting, realWaiting } from "../deployment/hastened-waiting.ts";
import type { DeploymentView, DrillHooks, SmokeTest } from "../deployment/ports.ts";
import type { DeploymentDeps } from "../deployment/session.ts";
import { formatLogEntry, isShown } from "../ui/log-line.ts";
import { createPhaseView } from "../ui/phases.ts";
import type { PublisherName } from "../usecases/publish.ts";
import { type Rehearsal, startRehearsal } from "../usecases/rehearsal.ts";
import { composePackApp, type PackageChoice, packagePreflight } from "./compose-package.ts";
import { forEnvironment } from "./for-environment.ts";

export type RehearsalChoice = { fail: string | null; providerMirror: string | null };

export type DeploymentChoice = {
  folder: EnvironmentFolder;
  /** Null: the real cloud. */
  rehearsal: RehearsalChoice | null;
  terraformBinary: string;
  package: PackageChoice;
  publisher: PublisherName;
  smokeTest: (limitMs: number) => SmokeTest;
};

// Another run's lock is worth some patience; in a rehearsal it is a drill.
const LOCK_TIMEOUT_SECONDS = 60;
const REHEARSED_LOCK_TIMEOUT_SECONDS = 1;
// A first run in the cloud starts cold, on a machine of its own.
const SMOKE_LIMIT_MS = 5 * 60_000;
const REHEARSED_SMOKE_LIMIT_MS = 60_000;
const DRILLED_SMOKE_LIMIT_MS = 5_000;
// Minutes become seconds; without a drill there is little to wait for.
const HASTE = 20;
const DRILLED_HASTE = 60;

/** Runs `work` with everything that a deployment needs: of the cloud, or of a mini Azure that ends with it. */
export async function withDeployment<T>(
  choice: DeploymentChoice,
  context: CommandContext,
  work: (deps: DeploymentDeps) => Promise<T>,
): Promise<T> {
  const { folder, rehearsal } = choice;
  const view = createPhaseView(context.console, context.signal);
  sayOnInterrupt(context, view);
  return forEnvironment(folder, () =>
    alone(folder, async () => {
      if (rehearsal === null) return deploy(choice, context, view, work);
      return rehearse({ ...choice, rehearsal }, context, view, work);
    }),
  );
}

async function deploy<T>(
  choice: DeploymentChoice,
  context: CommandContext,
  view: DeploymentView,
  work: (deps: DeploymentDeps) => Promise<T>,
): Promise<T> {
  const { remark } = useProxyOf(context.env);
  if (remark !== null) view.lines([remark]);
  return work(cloudDeps(choice, context, view));
}

async function rehearse<T>(
  choice: DeploymentChoice & { rehearsal: RehearsalChoice },
  context: CommandContext,
  view: DeploymentView,
  work: (deps: DeploymentDeps) => Promise<T>,
): Promise<T> {
  const rehearsal = await start(choice.folder, choice.rehearsal, context);
  try {
    view.lines([`Rehearsal on this machine, nothing reaches Azure. Terraform uses ${rehearsal.providerText}.`]);
    return await work(rehearsalDeps(choice, context, view, rehearsal));
  } finally {
    await rehearsal.stop();
  }
}

function cloudDeps(choice: DeploymentChoice, context: CommandContext, view: DeploymentView): DeploymentDeps {
  return {
    ...commonDeps(choice, context, view, context.env, false),
    waiting: realWaiting,
    terraform: {
      binary: choice.terraformBinary,
      moduleDir: moduleDir(),
      lockTimeoutSeconds: LOCK_TIMEOUT_SECONDS,
      lockFile: null,
      providerIdentity: "the user's",
      variables: {},
    },
    drillHooks: NO_DRILL,
    smokeTest: choice.smokeTest(SMOKE_LIMIT_MS),
  };
}

function rehearsalDeps(
  choice: DeploymentChoice,
  context: CommandContext,
  view: DeploymentView,
  rehearsal: Rehearsal,
): DeploymentDeps {
  const { drill } = rehearsal;
  return {
    ...commonDeps(choice, context, view, rehearsal.env, true),
    waiting: hastenedWaiting(drill === null ? HASTE : DRILLED_HASTE),
    terraform: {
      binary: choice.terraformBinary,
      moduleDir: moduleDir(),
      lockTimeoutSeconds: REHEARSED_LOCK_TIMEOUT_SECONDS,
      lockFile: rehearsal.lockFile,
      // The stand-in's launcher names this Node.
      providerIdentity: `${rehearsal.providerText} ${process.execPath} ${packageRoot()}`,
      variables: rehearsal.variables,
    },
    drillHooks: rehearsal.drillHooks,
    smokeTest: choice.smokeTest(drill?.name === "smoke-timeout" ? DRILLED_SMOKE_LIMIT_MS : REHEARSED_SMOKE_LIMIT_MS),
  };
}

function commonDeps(
  choice: DeploymentChoice,
  { signal, leaveNow }: CommandContext,
  view: DeploymentView,
  env: NodeJS.ProcessEnv,
  isRehearsal: boolean,
) {
  return {
    env,
    az: createAz(env),
    fetch,
    signal,
    leaveNow,
    view,
    packApp: composePackApp(choice.package, isRehearsal, env),
    preflightChecks: packagePreflight(choice.package, choice.publisher, env),
    now: () => new Date(),
  };
}

function start(folder: EnvironmentFolder, choice: RehearsalChoice, { env }: CommandContext): Promise<Rehearsal> {
  const bootSite = bootOnLocalHost(startLocal, path.join(folder.dir, "sites"), { kind: "memory" });
  return startRehearsal({ ...choice, folder, bootSite, env, onLog: keepLog(folder.logFile) });
}

/** What the rehearsed app and its cloud print is kept for `same-kit logs --rehearse`. */
function keepLog(file: string): LogSink {
  mkdirSync(path.dirname(file), { recursive: true });
  return (entry) => {
    if (isShown(entry, true)) appendFileSync(file, `${formatLogEntry(entry)}\n`);
  };
}

const NO_DRILL: DrillHooks = { beforePlan: async () => {}, beforeApply: async () => {} };

const moduleDir = (): string => path.join(packageRoot(), "terraform");

function sayOnInterrupt({ signal, leaveNow }: CommandContext, view: DeploymentView): void {
  const first = ["Stopping: what has begun is brought to an end, and the state is saved. Ctrl-C again leaves now."];
  const second = ["Leaving now: the state may miss what was just made; the next `same-kit up` adopts it."];
  signal.addEventListener("abort", () => view.lines(first), { once: true });
  leaveNow.addEventListener("abort", () => view.lines(second), { once: true });
}
