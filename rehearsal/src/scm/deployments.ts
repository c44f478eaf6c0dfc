import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { reasonOf } from "@same-kit/shared";
import { checkPackage } from "../site/check-package.ts";
import { readZip } from "../site/read-zip.ts";
import type { SitePackage } from "../site/site-runtime.ts";
import { unpackPackage } from "../site/unpack-package.ts";
import type { DeploymentFault, DeploymentRequest, DeploymentStatus, StoredDeployment } from "./deployment.ts";
import { DEPLOYMENT_STATUS } from "./deployment.ts";

type DeploymentsOptions = {
  /** Oldest first; modified in place. */
  stored: StoredDeployment[];
  save: () => void;
  /** Folder for packages, and the folder that their names are relative to. */
  packageFolder: string;
  stateFolder: string;
  /** Returns a new folder to unpack into, outside any node_modules. */
  unpackFolder: (deploymentId: string) => Promise<string>;
  activate: (sitePackage: SitePackage) => Promise<void>;
  /** For drills: how the deployment that starts now must end; null for most. */
  takeFault: () => DeploymentFault | null;
};

/** The deployments of one site, run one at a time like in its SCM service. */
export class Deployments {
  readonly #options: DeploymentsOptions;
  #running: Promise<void> | null = null;

  constructor(options: DeploymentsOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#running !== null;
  }

  /** Newest first. */
  list(): StoredDeployment[] {
    return [...this.#options.stored].reverse();
  }

  find(id: string): StoredDeployment | undefined {
    return id === "latest"
      ? this.#options.stored.at(-1)
      : this.#options.stored.find((deployment) => deployment.id === id);
  }

  /** Starts a deployment and returns its record, which is updated until it ends. */
  begin(request: DeploymentRequest): StoredDeployment {
    const deployment = createRecord(request);
    this.#options.stored.push(deployment);
    if (this.isBusy) {
      this.#end(deployment, DEPLOYMENT_STATUS.conflict, ["Deployment was cancelled, another deployment in progress."]);
      return deployment;
    }
    this.#running = this.#run(deployment, request).finally(() => {
      this.#running = null;
    });
    return deployment;
  }

  /** Resolves once no deployment is running. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(deployment: StoredDeployment, request: DeploymentRequest): Promise<void> {
    try {
      const fault = this.#options.takeFault();
      if (fault !== null) return this.#end(deployment, DEPLOYMENT_STATUS[fault.status], [...fault.errors]);
      if (request.remoteBuild) return this.#end(deployment, DEPLOYMENT_STATUS.failed, [NO_REMOTE_BUILD]);
      deployment.status = DEPLOYMENT_STATUS.building;
      await this.#install(deployment, request);
    } catch (error) {
      this.#end(deployment, DEPLOYMENT_STATUS.failed, [`Deployment failed: ${reasonOf(error)}`]);
    }
  }

  async #install(deployment: StoredDeployment, { zip, plan }: DeploymentRequest): Promise<void> {
    const entries = await readZip(zip);
    const report = await checkPackage(entries, plan);
    note(deployment, `The package holds ${entries.length} files, ${report.unpackedBytes} bytes unpacked.`);
    if (report.failures.length > 0) return this.#end(deployment, DEPLOYMENT_STATUS.failed, report.failures);
    deployment.status = DEPLOYMENT_STATUS.deploying;
    deployment.packageFile = await this.#keep(deployment.id, zip);
    const folder = await this.#options.unpackFolder(deployment.id);
    await unpackPackage(entries, folder);
    // Azure does not report these faults; its host just finds no functions. Logging them is an extra of the rehearsal.
    for (const fault of report.silentFaults)
      note(deployment, `Rehearsal: Azure would find no functions here. ${fault}`);
    await this.#options.activate(report.silentFaults.length > 0 ? { kind: "hollow" } : { kind: "ready", folder });
    this.#end(deployment, DEPLOYMENT_STATUS.success, []);
  }

  async #keep(id: string, zip: Buffer): Promise<string> {
    const { packageFolder, stateFolder } = this.#options;
    await mkdir(packageFolder, { recursive: true, mode: 0o700 });
    const file = path.join(packageFolder, `${id}.zip`);
    await writeFile(file, zip, { mode: 0o600 });
    return path.relative(stateFolder, file);
  }

  #end(deployment: StoredDeployment, status: DeploymentStatus, errors: string[]): void {
    for (const error of errors) note(deployment, error);
    if (status === DEPLOYMENT_STATUS.success) for (const other of this.#options.stored) other.active = false;
    deployment.active = status === DEPLOYMENT_STATUS.success;
    deployment.errors = errors;
    deployment.endedAt = new Date().toISOString();
    deployment.status = status;
    this.#options.save();
  }
}

const NO_REMOTE_BUILD = "The mini Azure runs no remote build; send a package that is built.";

function createRecord({ deployer, author, remoteBuild }: DeploymentRequest): StoredDeployment {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    status: DEPLOYMENT_STATUS.pending,
    deployer,
    author,
    remoteBuild,
    receivedAt: now,
    endedAt: now,
    errors: [],
    log: [],
    active: false,
  };
}

function note(deployment: StoredDeployment, message: string): void {
  deployment.log.push({ time: new Date().toISOString(), message });
}
