import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { startLocal } from "@same-kit/local";
import { bootOnLocalHost } from "@same-kit/rehearsal";
import { hint, type LogSink, packageRoot, sameKit, systemWaiting } from "@same-kit/shared";
import { useProxyOf } from "../adapters/proxy.ts";
import type { CommandContext } from "../command-context.ts";
import { acceleratedWaits } from "../deployment/accelerated-waits.ts";
import { Deployment, type DeploymentTarget } from "../deployment/deployment.ts";
import type { EnvironmentFolder } from "../deployment/environment.ts";
import { withEnvironmentLock } from "../deployment/environment-lock.ts";
import type { PhaseView } from "../ports.ts";
import { formatLogEntry, isShown } from "../ui/log-line.ts";
import { createPhaseView } from "../ui/phases.ts";
import { type Rehearsal, startRehearsal } from "../usecases/rehearsal.ts";
import { explainingNetwork } from "./explain-network.ts";

export type RehearsalChoice = { fail: string | null; providerMirror: string | null };

export type DeploymentChoice = {
  folder: EnvironmentFolder;
  /** Null: the real cloud. */
  rehearsal: RehearsalChoice | null;
  terraformBinary: string;
};

// It is worth waiting for another process's lock; in a rehearsal, a lock is a drill.
const LOCK_TIMEOUT_SECONDS = 60;
const REHEARSED_LOCK_TIMEOUT_SECONDS = 1;
// The first run in the cloud is a cold start on a new machine.
const SMOKE_LIMIT_MS = 5 * 60_000;
const REHEARSED_SMOKE_LIMIT_MS = 60_000;
const DRILLED_SMOKE_LIMIT_MS = 5_000;
// Minutes become seconds; without a drill there is little to wait for.
const ACCELERATION = 20;
const DRILLED_ACCELERATION = 60;

/** Runs `work` on one environment, in the cloud or in a mini Azure that stops afterwards. */
export async function withDeployment<T>(
  choice: DeploymentChoice,
  context: CommandContext,
  work: (deployment: Deployment) => Promise<T>,
): Promise<T> {
  const { folder, rehearsal } = choice;
  const { signal, leaveNow } = context;
  const view = createPhaseView(context.console, signal);
  reportInterrupts(context, view);
  const start = async (target: DeploymentTarget) =>
    work(await Deployment.open({ folder, target, view, signal, leaveNow, now: () => new Date() }));
  return explainingNetwork(() =>
    withEnvironmentLock(folder, async () => {
      if (rehearsal !== null) return rehearse({ ...choice, rehearsal }, context, view, start);
      const { remark } = useProxyOf(context.env);
      if (remark !== null) view.lines([remark]);
      return start(cloudTarget(choice, context));
    }),
  );
}

async function rehearse<T>(
  choice: DeploymentChoice & { rehearsal: RehearsalChoice },
  { env }: CommandContext,
  view: PhaseView,
  start: (target: DeploymentTarget) => Promise<T>,
): Promise<T> {
  const { folder } = choice;
  const bootSite = bootOnLocalHost(startLocal, path.join(folder.dir, "sites"), { kind: "memory" });
  const onLog = keepLog(folder.logFile);
  const rehearsal = await startRehearsal({ ...choice.rehearsal, folder, bootSite, env, onLog });
  try {
    view.lines([`Rehearsal on this machine, nothing reaches Azure. Terraform uses ${rehearsal.providerText}.`]);
    return await start(rehearsalTarget(choice, rehearsal));
  } finally {
    await rehearsal.stop();
  }
}

function cloudTarget({ terraformBinary }: DeploymentChoice, { env }: CommandContext): DeploymentTarget {
  return {
    env,
    fetch,
    waiting: systemWaiting,
    terraform: {
      binary: terraformBinary,
      moduleDir: moduleDir(),
      lockTimeoutSeconds: LOCK_TIMEOUT_SECONDS,
      lockFile: null,
      providerIdentity: "the user's",
      variables: {},
    },
    drillHooks: { beforePlan: async () => {}, beforeApply: async () => {} },
    smokeLimitMs: SMOKE_LIMIT_MS,
  };
}

function rehearsalTarget({ terraformBinary }: DeploymentChoice, rehearsal: Rehearsal): DeploymentTarget {
  const { drill, env, drillHooks, lockFile, providerText, variables } = rehearsal;
  return {
    env,
    fetch,
    waiting: acceleratedWaits(drill === null ? ACCELERATION : DRILLED_ACCELERATION),
    terraform: {
      binary: terraformBinary,
      moduleDir: moduleDir(),
      lockTimeoutSeconds: REHEARSED_LOCK_TIMEOUT_SECONDS,
      lockFile,
      // The stand-in's launcher contains the path of this Node.
      providerIdentity: `${providerText} ${process.execPath} ${packageRoot()}`,
      variables,
    },
    drillHooks,
    smokeLimitMs: drill?.name === "smoke-timeout" ? DRILLED_SMOKE_LIMIT_MS : REHEARSED_SMOKE_LIMIT_MS,
  };
}

/** Stores the output of the rehearsed app and its cloud for `same-kit logs --rehearse`. */
function keepLog(file: string): LogSink {
  mkdirSync(path.dirname(file), { recursive: true });
  return (entry) => {
    if (isShown(entry, true)) appendFileSync(file, `${formatLogEntry(entry)}\n`);
  };
}

const moduleDir = (): string => path.join(packageRoot(), "terraform");

function reportInterrupts({ signal, leaveNow }: CommandContext, view: PhaseView): void {
  const first = [
    "Stopping: operations in progress are finished, and the state is saved. Press Ctrl-C again to exit immediately.",
  ];
  const second = [hint`Exiting: the state may not include the latest resources; the next ${sameKit("up")} adopts it.`];
  signal.addEventListener("abort", () => view.lines(first), { once: true });
  leaveNow.addEventListener("abort", () => view.lines(second), { once: true });
}
