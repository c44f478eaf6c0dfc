import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { onTestFinished } from "vitest";
import type { BootSite } from "../../rehearsal/src/index.ts";
import { acceleratedWaits } from "../../toolkit/src/deployment/accelerated-waits.ts";
import { Deployment, type DeploymentTarget } from "../../toolkit/src/deployment/deployment.ts";
import { type EnvironmentFolder, environmentFolder } from "../../toolkit/src/deployment/environment.ts";
import { APP_FUNCTIONS } from "../../toolkit/src/deployment/verify.ts";
import { buildAppPackage } from "../../toolkit/src/packaging/app-package.ts";
import { type DownRequest, type DownResult, down } from "../../toolkit/src/usecases/down.ts";
import { type Packaging, type RepublishRequest, republish } from "../../toolkit/src/usecases/publish.ts";
import { startRehearsal } from "../../toolkit/src/usecases/rehearsal.ts";
import { type UpRequest, type UpResult, up } from "../../toolkit/src/usecases/up.ts";
import { type FakeSiteHost, fakeSiteHost } from "./fake-site-host.ts";
import { startTestMiniAzure, type TestMiniAzure } from "./mini-azure.ts";
import { PROVIDER_MIRROR } from "./provider.ts";
import { type RecordingView, recordingView } from "./recording-view.ts";
import { makeTempDir } from "./temp-dir.ts";
import { MINIMAL_APP } from "./zip.ts";

export type RehearsedDeployment = {
  folder: EnvironmentFolder;
  appDir: string;
  site: FakeSiteHost;
  up(overrides?: Partial<UpRequest>, run?: RunOptions): Promise<UpResult & { view: RecordingView }>;
  down(overrides?: Partial<DownRequest>, run?: RunOptions): Promise<DownResult & { view: RecordingView }>;
  publish(overrides?: Partial<RepublishRequest>, run?: RunOptions): ReturnType<typeof republish>;
  /** Opens the deployment's cloud between two commands, to act as someone else and to inspect it. */
  inAzure<T>(work: (mini: TestMiniAzure) => Promise<T>): Promise<T>;
};

export type RunOptions = {
  fail?: string;
  view?: RecordingView;
  signal?: AbortSignal;
  /** In addition to the rehearsal's own variables. */
  env?: Record<string, string>;
  publisher?: Packaging["publisher"];
};

/**
 * A deployment with the real terraform and use cases, on a mini Azure whose sites run no Python.
 *
 * @param options.cloudOf - Deploys into the cloud of another deployment, like a second machine without its state.
 */
export async function rehearseDeployment(
  options: { cloudOf?: RehearsedDeployment; environment?: string } = {},
): Promise<RehearsedDeployment> {
  const stateDir = await makeTempDir();
  const folder = environmentFolder(stateDir, options.environment ?? "dev", true);
  if (options.cloudOf !== undefined) await shareCloud(options.cloudOf.folder, folder);
  const appDir = await makeApp();
  const site = fakeSiteHost();
  const packaging: Packaging = {
    publisher: "direct",
    packApp: ({ packagesDir }) => buildAppPackage({ appDir, python: null, basePackages: [], packagesDir }),
    checks: [],
  };
  const onDeployment = async <T>(run: RunOptions, work: (deployment: Deployment) => Promise<T>) => {
    const rehearsal = await startRehearsal({
      folder,
      fail: run.fail ?? null,
      providerMirror: PROVIDER_MIRROR,
      bootSite: withAllFunctions(site.bootSite),
      env: process.env,
      onLog: () => {},
    });
    onTestFinished(() => rehearsal.stop());
    const never = new AbortController().signal;
    const { view = recordingView(), signal = never } = run;
    const target = toTarget(rehearsal, run);
    try {
      return await work(
        await Deployment.open({ folder, target, view, signal, leaveNow: never, now: () => new Date() }),
      );
    } finally {
      await rehearsal.stop();
    }
  };
  const base = { subscription: null, assumeYes: true, planOnly: false };
  return {
    folder,
    appDir,
    site,
    async up(overrides = {}, run = {}) {
      const view = run.view ?? recordingView();
      const request: UpRequest = {
        ...base,
        packaging,
        variables: {},
        variableFiles: null,
        backendFile: null,
        allowDelete: false,
        adopt: false,
        force: false,
        rotateKey: false,
        skip: { terraform: false, publish: false, smoke: false },
        ...overrides,
      };
      return { ...(await onDeployment({ ...run, view }, (deployment) => up(deployment, request))), view };
    },
    async down(overrides = {}, run = {}) {
      const view = run.view ?? recordingView();
      const request = { ...base, ...overrides };
      return { ...(await onDeployment({ ...run, view }, (deployment) => down(deployment, request))), view };
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
      const { publisher = "direct" } = run;
      const request: RepublishRequest = {
        ...base,
        packaging: { ...packaging, publisher },
        force: false,
        isRollback: false,
        outputsFile: null,
        ...overrides,
      };
      return onDeployment(run, (deployment) => republish(deployment, request));
    },
  };
}

/** As created by `startRehearsal`. */
function cloudFolder(folder: EnvironmentFolder): string {
  return path.join(folder.dir, "mini-azure");
}

async function shareCloud(from: EnvironmentFolder, to: EnvironmentFolder): Promise<void> {
  await mkdir(cloudFolder(from), { recursive: true, mode: 0o700 });
  await mkdir(to.dir, { recursive: true, mode: 0o700 });
  await symlink(cloudFolder(from), cloudFolder(to));
}

const SMOKE_LIMIT_MS = 300;

type Rehearsal = Awaited<ReturnType<typeof startRehearsal>>;

function toTarget(rehearsal: Rehearsal, run: RunOptions): DeploymentTarget {
  return {
    env: { ...rehearsal.env, ...run.env },
    fetch,
    waiting: acceleratedWaits(100),
    terraform: {
      binary: "terraform",
      moduleDir: path.join(packageRoot(), "terraform"),
      lockTimeoutSeconds: 1,
      lockFile: rehearsal.lockFile,
      providerIdentity: rehearsal.providerText,
      variables: rehearsal.variables,
    },
    drillHooks: rehearsal.drillHooks,
    smokeLimitMs: SMOKE_LIMIT_MS,
  };
}

function withAllFunctions(bootSite: BootSite): BootSite {
  return async (request) => ({
    ...(await bootSite(request)),
    functions: APP_FUNCTIONS.map((name) => ({ name, trigger: "httpTrigger" })),
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
