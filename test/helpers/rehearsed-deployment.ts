import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { onTestFinished } from "vitest";
import { packageRoot } from "../../local/src/index.ts";
import type { BootSite } from "../../rehearsal/src/index.ts";
import { createAz } from "../../toolkit/src/adapters/azure/az.ts";
import { type EnvironmentFolder, environmentFolder } from "../../toolkit/src/deployment/environment.ts";
import { hastenedWaiting } from "../../toolkit/src/deployment/hastened-waiting.ts";
import type { SmokeTest } from "../../toolkit/src/deployment/ports.ts";
import type { DeploymentDeps } from "../../toolkit/src/deployment/session.ts";
import { buildAppPackage } from "../../toolkit/src/packaging/app-package.ts";
import { type DownOptions, type DownResult, down } from "../../toolkit/src/usecases/down.ts";
import { type RepublishOptions, republish } from "../../toolkit/src/usecases/publish.ts";
import { startRehearsal } from "../../toolkit/src/usecases/rehearsal.ts";
import { type UpOptions, type UpResult, up } from "../../toolkit/src/usecases/up.ts";
import { type FakeSiteHost, fakeSiteHost } from "./fake-site-host.ts";
import { startTestMiniAzure, type TestMiniAzure } from "./mini-azure.ts";
import { type RecordingView, recordingView } from "./recording-view.ts";
import { makeTempDir } from "./temp-dir.ts";
import { MINIMAL_APP } from "./zip.ts";

export type RehearsedDeployment = {
  folder: EnvironmentFolder;
  appDir: string;
  site: FakeSiteHost;
  up(overrides?: Partial<UpOptions>, run?: RunOptions): Promise<UpResult & { view: RecordingView }>;
  down(overrides?: Partial<DownOptions>, run?: RunOptions): Promise<DownResult & { view: RecordingView }>;
  publish(overrides?: Partial<RepublishOptions>, run?: RunOptions): ReturnType<typeof republish>;
  /** Opens the deployment's cloud between two commands: for what others do in it, and to look into it. */
  inAzure<T>(work: (mini: TestMiniAzure) => Promise<T>): Promise<T>;
};

export type RunOptions = {
  fail?: string;
  view?: RecordingView;
  signal?: AbortSignal;
  /** On top of the rehearsal's own. */
  env?: Record<string, string>;
  deps?: Partial<DeploymentDeps>;
};

/**
 * A deployment with the real terraform and use cases, on a mini Azure whose sites run no Python.
 *
 * @param options.cloudOf - Deploys into the cloud of another one, as a second machine without its state does.
 */
export async function rehearseDeployment(
  options: { cloudOf?: RehearsedDeployment; environment?: string } = {},
): Promise<RehearsedDeployment> {
  const stateDir = await makeTempDir();
  const folder = environmentFolder(stateDir, options.environment ?? "dev", true);
  if (options.cloudOf !== undefined) await shareCloud(options.cloudOf.folder, folder);
  const appDir = await makeApp();
  const site = fakeSiteHost();
  const with_ = async <T>(run: RunOptions, work: (deps: DeploymentDeps) => Promise<T>) => {
    const rehearsal = await startRehearsal({
      folder,
      fail: run.fail ?? null,
      providerMirror: "stand-in",
      bootSite: withAllFunctions(site.bootSite),
      env: process.env,
      onLog: () => {},
    });
    onTestFinished(() => rehearsal.stop());
    try {
      return await work(toDeps(rehearsal, run, appDir));
    } finally {
      await rehearsal.stop();
    }
  };
  const base = { folder, subscription: null, assumeYes: true, planOnly: false };
  return {
    folder,
    appDir,
    site,
    async up(overrides = {}, run = {}) {
      const view = run.view ?? recordingView();
      const options: UpOptions = {
        ...base,
        variables: {},
        variableFiles: [],
        backendFile: null,
        force: false,
        rotateKey: false,
        skip: { terraform: false, publish: false, smoke: false },
        publisher: "direct",
        ...overrides,
      };
      return { ...(await with_({ ...run, view }, (deps) => up(options, deps))), view };
    },
    async down(overrides = {}, run = {}) {
      const view = run.view ?? recordingView();
      return { ...(await with_({ ...run, view }, (deps) => down({ ...base, ...overrides }, deps))), view };
    },
    async inAzure(work) {
      const mini = await startTestMiniAzure({ folder: cloudFolder(folder), bootSite: withAllFunctions(site.bootSite) });
      try {
        return await work(mini);
      } finally {
        await mini.stop();
      }
    },
    publish(overrides = {}, run = {}) {
      const options: RepublishOptions = { ...base, publisher: "direct", force: false, isRollback: false, ...overrides };
      return with_(run, (deps) => republish(options, deps));
    },
  };
}

/** As `startRehearsal` lays it. */
function cloudFolder(folder: EnvironmentFolder): string {
  return path.join(folder.dir, "mini-azure");
}

async function shareCloud(from: EnvironmentFolder, to: EnvironmentFolder): Promise<void> {
  await mkdir(cloudFolder(from), { recursive: true, mode: 0o700 });
  await mkdir(to.dir, { recursive: true, mode: 0o700 });
  await symlink(cloudFolder(from), cloudFolder(to));
}

type Rehearsal = Awaited<ReturnType<typeof startRehearsal>>;

function toDeps(rehearsal: Rehearsal, run: RunOptions, appDir: string): DeploymentDeps {
  const { view, signal, deps } = run;
  const never = new AbortController().signal;
  const env = { ...rehearsal.env, ...run.env };
  return {
    env,
    az: createAz(env),
    fetch,
    waiting: hastenedWaiting(100),
    signal: signal ?? never,
    leaveNow: never,
    view: view ?? recordingView(),
    terraform: {
      binary: "terraform",
      moduleDir: path.join(packageRoot(), "terraform"),
      lockTimeoutSeconds: 1,
      lockFile: rehearsal.lockFile,
      providerIdentity: rehearsal.providerText,
      variables: rehearsal.variables,
    },
    drillHooks: rehearsal.drillHooks,
    packApp: ({ packagesDir }) => buildAppPackage({ appDir, python: null, basePackages: [], packagesDir }),
    smokeTest: askForOneRun,
    preflightChecks: [],
    now: () => new Date(),
    ...deps,
  };
}

const LIMIT_MS = 300;

/** As the real one sees a run: by its status URL, until it has ended. */
const askForOneRun: SmokeTest = async ({ hostName, signal }) => {
  const instanceId = "smoke";
  const endsAt = performance.now() + LIMIT_MS;
  for (;;) {
    const response = await fetch(`https://${hostName}/runtime/webhooks/durabletask/instances/${instanceId}`, {
      signal,
    });
    const { runtimeStatus, output } = (await response.json()) as { runtimeStatus: string; output?: string };
    if (runtimeStatus === "Completed") return { kind: "passed", instanceId, durationMs: 1 };
    if (runtimeStatus === "Failed") return { kind: "failed", instanceId, reason: String(output) };
    if (performance.now() > endsAt) return { kind: "timed-out", instanceId, status: runtimeStatus, limitMs: LIMIT_MS };
  }
};

function withAllFunctions(bootSite: BootSite): BootSite {
  return async (request) => ({
    ...(await bootSite(request)),
    functions: ["initiate", "orchestrator", "executor"].map((name) => ({ name, trigger: "httpTrigger" })),
  });
}

async function makeApp(): Promise<string> {
  const dir = await makeTempDir();
  for (const { path: name, content = "" } of MINIMAL_APP) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), content);
  }
  return dir;
}
