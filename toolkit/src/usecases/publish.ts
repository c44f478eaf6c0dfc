import { existsSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { OperationError } from "@same-kit/shared";
import { funcVersion, publishWithFunc } from "../adapters/publish/func.ts";
import type { EnvironmentFolder } from "../deployment/environment.ts";
import { orInterrupted } from "../deployment/interrupted.ts";
import { Journal, type PublishedPackage } from "../deployment/journal.ts";
import { type DeploymentOutputs, loadOutputs, subscriptionOf } from "../deployment/outputs.ts";
import type { DeploymentView, PhaseProgress } from "../deployment/ports.ts";
import { type AzureDeps, createDirectPublisher, type Publish, waitForSite } from "../deployment/publish-package.ts";
import { checkPreflight, type DeploymentDeps } from "../deployment/session.ts";
import { waitForApp } from "../deployment/verify.ts";
import type { AppPackage } from "../packaging/app-package.ts";
import { layOut } from "../packaging/lay-out.ts";
import { checkPackageSize } from "../packaging/limits.ts";

/** `auto`: func where it is there, else the direct way. */
export type PublisherName = "func" | "direct" | "auto";

export type PublishAppInput = {
  options: { folder: EnvironmentFolder; force: boolean; publisher: PublisherName };
  outputs: DeploymentOutputs;
  journal: Journal;
  deps: DeploymentDeps;
  azureDeps: AzureDeps;
};

export type PublishResult = { sha256: string; sizeBytes: number; wasPublished: boolean };

export type RepublishOptions = {
  folder: EnvironmentFolder;
  publisher: PublisherName;
  force: boolean;
  /** Publish the previous package instead of a new one. */
  isRollback: boolean;
  subscription: string | null;
};

/** Publishes to a deployment that exists; terraform is not needed. */
export async function republish(options: RepublishOptions, deps: DeploymentDeps): Promise<PublishResult> {
  const { folder, isRollback } = options;
  const outputs = await loadOutputs(folder);
  const journal = await Journal.open(folder, deps.now);
  const azure = await deps.view.phase("Check sign-in", () =>
    orInterrupted("preflight", deps.signal, () =>
      checkPreflight(options.subscription ?? subscriptionOf(outputs), null, deps),
    ),
  );
  const { fetch, waiting, signal } = deps;
  const input = { options, outputs, journal, deps, azureDeps: { azure, fetch, waiting, signal } };
  return isRollback ? rollBack(input) : publishApp(input);
}

/** Packs, checks, publishes and waits until the app is listed and healthy; a package that runs already is left alone. */
export async function publishApp(input: PublishAppInput): Promise<PublishResult> {
  const { options, outputs, journal, deps } = input;
  const pack = await deps.view.phase("Pack the app", (progress) =>
    orInterrupted("deploy", deps.signal, () => packAndCheck(input, progress)),
  );
  const { sha256, sizeBytes } = pack;
  const isThere = !options.force && journal.isDone("publish", publishFingerprint(outputs, sha256));
  if (isThere) deps.view.skipped("Publish the app", "this package is there already");
  else await send(input, pack, await choosePublisher(input, pack));
  await checkHealth(input, sha256);
  return { sha256, sizeBytes, wasPublished: !isThere };
}

async function packAndCheck({ options, outputs, deps }: PublishAppInput, progress: PhaseProgress): Promise<AppPackage> {
  const onProgress = (text: string) => progress.say(text);
  const pack = await deps.packApp({ packagesDir: options.folder.packagesDir, signal: deps.signal, onProgress });
  for (const warning of checkPackageSize(pack, outputs.plan)) progress.note(warning);
  progress.note(describe(pack));
  return pack;
}

/** Publishes the package before the last one that was tried again. */
async function rollBack(input: PublishAppInput): Promise<PublishResult> {
  const { previous } = input.journal;
  if (previous === null || !existsSync(previous.file)) {
    throw new OperationError({
      code: "ERR_NO_PREVIOUS_PACKAGE",
      message: "There is no previous package to go back to.",
      hint: "Only packages that were published from this folder can be brought back.",
    });
  }
  const { sha256, file } = previous;
  await send(input, previous, createDirectPublisher(input.outputs, input.azureDeps));
  await checkHealth(input, sha256);
  return { sha256, sizeBytes: (await stat(file)).size, wasPublished: true };
}

const publishFingerprint = ({ appId }: DeploymentOutputs, sha256: string) => `${appId} ${sha256}`;

/** What was sent counts as published even if the app never becomes healthy: a rollback then goes back to the one before. */
async function send(
  input: PublishAppInput,
  { sha256, file }: { sha256: string; file: string },
  publish: Publish,
): Promise<void> {
  const { outputs, journal, deps, azureDeps } = input;
  const { view, signal } = deps;
  await journal.forget("health");
  await journal.run("publish", publishFingerprint(outputs, sha256), () =>
    view.phase("Publish the app", (progress) =>
      orInterrupted("deploy", signal, async () => {
        const site = await waitForSite(outputs, azureDeps, progress);
        await publish(file, site, progress);
      }),
    ),
  );
  await removeOld(await journal.addPublished({ sha256, file }));
}

/** Of its own in the journal, so that an interrupted or failed check is repeated without another upload. */
async function checkHealth({ options, outputs, journal, deps, azureDeps }: PublishAppInput, sha256: string) {
  const { view, signal } = deps;
  const fingerprint = publishFingerprint(outputs, sha256);
  if (!options.force && journal.isDone("health", fingerprint)) return;
  await journal.run("health", fingerprint, () =>
    view.phase("Wait until the app is healthy", (progress) =>
      orInterrupted("verify", signal, () => waitForApp(outputs, azureDeps, progress)),
    ),
  );
}

async function choosePublisher(input: PublishAppInput, pack: AppPackage): Promise<Publish> {
  const { options, outputs, deps, azureDeps } = input;
  if (options.publisher === "direct") return createDirectPublisher(outputs, azureDeps);
  const version = await funcVersion(deps.env);
  if (version === null && options.publisher === "auto") return createDirectPublisher(outputs, azureDeps);
  if (version === null) throw funcMissing();
  if (pack.python !== null) noteModes(deps.view);
  return async (_zipFile, _site, progress) => {
    const appDir = await mkdtemp(path.join(tmpdir(), "same-kit-func-"));
    try {
      await layOut(pack.entries, appDir);
      const { azure, signal, waiting } = azureDeps;
      await publishWithFunc(
        {
          appName: outputs.appName,
          subscriptionId: azure.subscriptionId,
          resourceManager: azure.cloud.resourceManager,
          appDir,
          token: azure.token,
          env: deps.env,
          signal,
          onProgress: (text) => progress.say(text),
        },
        waiting.sleep,
      );
    } finally {
      await rm(appDir, { recursive: true, force: true });
    }
  };
}

function noteModes(view: DeploymentView): void {
  view.lines([
    "func's package marks nothing as executable: the app then starts its Python through the loader or a copy. `--publisher direct` keeps the modes.",
  ]);
}

function funcMissing(): OperationError {
  return new OperationError({
    code: "ERR_PREFLIGHT_FUNC_MISSING",
    message: "`func` (Azure Functions Core Tools) was not found.",
    hint: "Install it, or let same-kit publish by itself: --publisher direct.",
  });
}

async function removeOld(packages: readonly PublishedPackage[]): Promise<void> {
  for (const { file } of packages) {
    await rm(file, { force: true });
    await rm(`${file}.json`, { force: true });
  }
}

function describe({ sizeBytes, unpackedBytes, python }: AppPackage): string {
  const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
  const size = `${megabytes(sizeBytes)}, ${megabytes(unpackedBytes)} unpacked`;
  if (python === null) return `${size}; without Python: the app looks for one in the cloud's image`;
  const from = python.kind === "cloud" ? "" : ", made from this machine's: a stand-in that does not run in the cloud";
  return `${size}; with Python ${python.version}${from}`;
}
