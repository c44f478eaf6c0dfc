import { existsSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { OperationError } from "@same-kit/shared";
import type { PreflightCheck } from "../adapters/preflight.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { createDirectPublisher, type Publish, waitForSite } from "../deployment/direct-publisher.ts";
import type { PublishedPackage } from "../deployment/journal.ts";
import { repairStorage } from "../deployment/keyless-storage.ts";
import {
  type DeploymentOutputs,
  loadOutputs,
  readTerraformOutputs,
  saveOutputs,
  subscriptionOf,
} from "../deployment/outputs.ts";
import { APP_FUNCTIONS, waitForApp } from "../deployment/verify.ts";
import type { AppPackage } from "../packaging/app-package.ts";
import { checkPackageSize } from "../packaging/limits.ts";
import type { PhaseProgress } from "../ports.ts";
import { choosePublisher, type PublisherName } from "./choose-publisher.ts";

/** Builds the package; flags select its parts. */
export type PackApp = (options: {
  packagesDir: string;
  signal: AbortSignal;
  onProgress: (text: string) => void;
}) => Promise<AppPackage>;

/** How the app is packed, and who publishes it. */
export type Packaging = {
  packApp: PackApp;
  publisher: PublisherName;
  /** Its functions are unknown: one listed function is enough. Default false. */
  isForeignApp?: boolean;
  /** Checks that the required tools are installed. */
  checks: readonly PreflightCheck[];
};

export type PublishResult = { sha256: string; sizeBytes: number; wasPublished: boolean };

export type PublishRequest = {
  packaging: Packaging;
  /** Publish even if this package is already deployed. */
  force: boolean;
};

export type RepublishRequest = PublishRequest & {
  /** Publish the previous package instead of a new one. */
  isRollback: boolean;
  subscription: string | null;
  /** The output of `terraform output -json`, for a deployment created with plain terraform. Null: the environment's own outputs. */
  outputsFile: string | null;
};

/** Publishes to an existing deployment, without terraform. */
export async function republish(deployment: Deployment, request: RepublishRequest): Promise<PublishResult> {
  const { folder } = deployment;
  const { outputsFile } = request;
  const outputs = outputsFile === null ? await loadOutputs(folder) : await readTerraformOutputs(outputsFile);
  await deployment.checkSignIn(request.subscription ?? subscriptionOf(outputs), request.packaging.checks);
  if (outputsFile !== null) {
    await saveOutputs(folder, outputs);
    await repairStorage(deployment, outputs);
  }
  const publishing = new Publishing(deployment, outputs, request);
  return request.isRollback ? publishing.rollBack() : publishing.publish();
}

/** Packs, checks, publishes and waits until the app is listed and healthy; does nothing for a package that is already deployed. */
export function publishApp(
  deployment: Deployment,
  outputs: DeploymentOutputs,
  request: PublishRequest,
): Promise<PublishResult> {
  return new Publishing(deployment, outputs, request).publish();
}

class Publishing {
  readonly #deployment: Deployment;
  readonly #outputs: DeploymentOutputs;
  readonly #request: PublishRequest;

  constructor(deployment: Deployment, outputs: DeploymentOutputs, request: PublishRequest) {
    this.#deployment = deployment;
    this.#outputs = outputs;
    this.#request = request;
  }

  async publish(): Promise<PublishResult> {
    const { journal, view } = this.#deployment;
    const pack = await this.#deployment.phase("deploy", "Pack the app", (progress) => this.#pack(progress));
    const { sha256, sizeBytes } = pack;
    const isThere = !this.#request.force && journal.isDone("publish", this.#fingerprint(sha256));
    if (isThere) view.skipped("Publish the app", "this package is already deployed");
    else
      await this.#send(
        pack,
        await choosePublisher(this.#deployment, this.#outputs, { publisher: this.#request.packaging.publisher, pack }),
      );
    await this.#checkHealth(sha256);
    return { sha256, sizeBytes, wasPublished: !isThere };
  }

  /** Publishes the previously published package again. */
  async rollBack(): Promise<PublishResult> {
    const { previous } = this.#deployment.journal;
    if (previous === null || !existsSync(previous.file)) {
      throw new OperationError({
        code: "ERR_NO_PREVIOUS_PACKAGE",
        message: "There is no previous package to roll back to.",
        hint: "Only packages that were published from this folder can be restored.",
      });
    }
    const { sha256, file } = previous;
    await this.#send(previous, createDirectPublisher(this.#deployment, this.#outputs));
    await this.#checkHealth(sha256);
    return { sha256, sizeBytes: (await stat(file)).size, wasPublished: true };
  }

  async #pack(progress: PhaseProgress): Promise<AppPackage> {
    const { folder, signal } = this.#deployment;
    const onProgress = (text: string) => progress.say(text);
    const pack = await this.#request.packaging.packApp({ packagesDir: folder.packagesDir, signal, onProgress });
    for (const warning of checkPackageSize(pack, this.#outputs.plan)) progress.note(warning);
    progress.note(describe(pack));
    return pack;
  }

  /** A sent package counts as published even if the app never becomes healthy: a rollback then returns to the one before. */
  async #send({ sha256, file }: { sha256: string; file: string }, publish: Publish): Promise<void> {
    const { journal } = this.#deployment;
    await journal.forget("health");
    const title = { phase: "deploy", title: "Publish the app" } as const;
    await this.#deployment.recordedPhase("publish", this.#fingerprint(sha256), title, async (progress) => {
      await publish(file, await waitForSite(this.#deployment, this.#outputs, progress), progress);
    });
    await removeOld(await journal.addPublished({ sha256, file }));
  }

  /** Has its own entry in the journal, so that an interrupted or failed check is repeated without another upload. */
  async #checkHealth(sha256: string): Promise<void> {
    const fingerprint = this.#fingerprint(sha256);
    if (!this.#request.force && this.#deployment.journal.isDone("health", fingerprint)) return;
    const title = { phase: "verify", title: "Wait until the app is healthy" } as const;
    await this.#deployment.recordedPhase("health", fingerprint, title, (progress) =>
      waitForApp(this.#deployment, this.#outputs, {
        progress,
        functions: this.#request.packaging.isForeignApp === true ? null : APP_FUNCTIONS,
      }),
    );
  }

  #fingerprint(sha256: string): string {
    return `${this.#outputs.appId} ${sha256}`;
  }
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
