import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { Logger, LogSink } from "@same-kit/shared";
import type { FunctionSummary, SiteHosts, SitePort } from "./arm/arm-context.ts";
import { guidFrom, hostKeyFrom } from "./arm/derive.ts";
import type { Login } from "./arm/login.ts";
import type { ResourceStore } from "./arm/resource-store.ts";
import { readSettings } from "./arm/site-configuration.ts";
import type { DrillRun } from "./drills/drill-run.ts";
import type { HostKeys } from "./host-keys.ts";
import type { Handler } from "./http/answer.ts";
import type { HttpsListener } from "./http/https-server.ts";
import { listenHttps } from "./http/https-server.ts";
import type { StoredDeployment } from "./scm/deployment.ts";
import { DEPLOYMENT_STATUS } from "./scm/deployment.ts";
import { Deployments } from "./scm/deployments.ts";
import { createScmHandler, refusePublisher, type ScmOptions } from "./scm/scm-handler.ts";
import type { BootSite } from "./site/boot-site.ts";
import { checkPackage } from "./site/check-package.ts";
import type { PlanName } from "./site/plan-limits.ts";
import { planOfSku } from "./site/plan-limits.ts";
import { readZip } from "./site/read-zip.ts";
import { createSiteHandler } from "./site/site-handler.ts";
import { SiteRuntime, type UnpackedPackage } from "./site/site-runtime.ts";
import { unpackPackage } from "./site/unpack-package.ts";
import { Wwwroot } from "./site/wwwroot.ts";
import type { StateFile } from "./state.ts";

type SitesOptions = {
  folder: string;
  stateFile: StateFile;
  store: ResourceStore;
  login: Login;
  drill: DrillRun;
  bootSite: BootSite;
  onLog: LogSink;
  log: Logger;
};

// The request limit of the front of Azure's sites, and the size limit of a package, which must fit into one buffer.
const SITE_BODY_LIMIT_BYTES = 210 * 1024 * 1024;
const PACKAGE_LIMIT_BYTES = 2 * 1024 * 1024 * 1024 - 1;

type RunningSite = { runtime: SiteRuntime; deployments: Deployments; front: HttpsListener; scm: HttpsListener };

/** The deployed sites. Each has two ports, one for the app and one for its SCM service. */
export class Sites implements SitePort {
  readonly #options: SitesOptions;
  readonly #wwwroot: Wwwroot;
  readonly #running = new Map<string, Promise<RunningSite>>();

  constructor(options: SitesOptions) {
    this.#options = options;
    const { state, save } = options.stateFile;
    state.wwwroots ??= [];
    this.#wwwroot = new Wwwroot({ stored: state.wwwroots, save });
  }

  async hostsOf(siteId: string): Promise<SiteHosts> {
    const { front, scm } = await this.#site(siteId);
    return { hostName: `localhost:${front.port}`, scmHostName: `localhost:${scm.port}` };
  }

  async settingsChanged(siteId: string): Promise<void> {
    const site = await this.#running.get(toKey(siteId));
    await site?.runtime.stop();
  }

  async removed(siteId: string): Promise<void> {
    const key = toKey(siteId);
    const site = await this.#running.get(key);
    this.#running.delete(key);
    if (site !== undefined) await stopSite(site);
    const { state, save } = this.#options.stateFile;
    delete state.deployments[key];
    delete state.sitePorts[key];
    save();
    await rm(this.#packageFolder(siteId), { recursive: true, force: true });
  }

  async functionsOf(siteId: string): Promise<FunctionSummary[]> {
    const { runtime } = await this.#site(siteId);
    const state = await runtime.state();
    return state.kind === "running" ? [...state.host.functions] : [];
  }

  async keysOf(siteId: string): Promise<HostKeys | null> {
    const { runtime } = await this.#site(siteId);
    await runtime.state();
    return runtime.hasRun ? this.#keys(siteId) : null;
  }

  /** Opens the listeners of the sites created by an earlier process. */
  async resume(): Promise<void> {
    await this.#wwwroot.removeStale();
    const sites = this.#options.store.topLevel().filter(({ type }) => type === "Microsoft.Web/sites");
    await Promise.all(sites.map(({ id }) => this.#site(id)));
  }

  async stop(): Promise<void> {
    const sites = await Promise.all(this.#running.values());
    this.#running.clear();
    await Promise.all(sites.map(stopSite));
    await this.#wwwroot.remove();
  }

  #site(siteId: string): Promise<RunningSite> {
    const key = toKey(siteId);
    const known = this.#running.get(key);
    if (known !== undefined) return known;
    const started = this.#start(siteId);
    this.#running.set(key, started);
    return started;
  }

  async #start(siteId: string): Promise<RunningSite> {
    const { stateFile, store, login, drill, bootSite, onLog, log } = this.#options;
    const { state, save } = stateFile;
    const key = toKey(siteId);
    const name = siteId.split("/").at(-1) ?? "";
    const runtime = new SiteRuntime({ name, bootSite, settings: () => readSettings(siteId, { store }), onLog, log });
    const deployments = this.#createDeployments(siteId, runtime);
    const ports = state.sitePorts[key] ?? { site: 0, scm: 0 };
    const { certificate } = state;
    let publicUrl = "";
    let scmUrl = "";
    const serveSite: Handler = (request) =>
      createSiteHandler({ runtime, keys: this.#keys(siteId), publicUrl })(request);
    const front = await listenHttps({
      certificate,
      port: ports.site,
      handler: drill.intercept("site", serveSite),
      bodyLimitBytes: SITE_BODY_LIMIT_BYTES,
      log,
    });
    publicUrl = `https://localhost:${front.port}`;
    const scmOptions: ScmOptions = {
      siteName: name,
      deployments,
      login,
      plan: () => this.#planOf(siteId),
      basicCredentials: () => this.#basicCredentials(siteId),
      url: () => scmUrl,
    };
    const scm = await listenHttps({
      certificate,
      port: ports.scm,
      handler: drill.intercept("scm", createScmHandler(scmOptions)),
      bodyLimitBytes: PACKAGE_LIMIT_BYTES,
      refuse: (head) => refusePublisher(head, scmOptions),
      log,
    });
    scmUrl = `https://localhost:${scm.port}`;
    state.sitePorts[key] = { site: front.port, scm: scm.port };
    save();
    await this.#resumePackage(siteId, runtime);
    return { runtime, deployments, front, scm };
  }

  #createDeployments(siteId: string, runtime: SiteRuntime): Deployments {
    const { stateFile, folder, drill } = this.#options;
    const stored = stateFile.state.deployments[toKey(siteId)] ?? [];
    stateFile.state.deployments[toKey(siteId)] = stored;
    for (const deployment of stored) endInterrupted(deployment);
    return new Deployments({
      stored,
      save: stateFile.save,
      packageFolder: this.#packageFolder(siteId),
      stateFolder: folder,
      unpackFolder: (deploymentId) => this.#unpackFolder(siteId, deploymentId),
      activate: (sitePackage) => runtime.replacePackage(sitePackage),
      takeFault: () => drill.takeDeploymentFault(),
    });
  }

  /** Restores the package deployed by an earlier process; it is unpacked only when the site receives a request. */
  async #resumePackage(siteId: string, runtime: SiteRuntime): Promise<void> {
    const active = this.#options.stateFile.state.deployments[toKey(siteId)]?.find((deployment) => deployment.active);
    const { id, packageFile } = active ?? {};
    if (id === undefined || packageFile === undefined) return;
    await runtime.replacePackage({ kind: "stored", restore: () => this.#restorePackage(siteId, id, packageFile) });
  }

  async #restorePackage(siteId: string, deploymentId: string, packageFile: string): Promise<UnpackedPackage> {
    const entries = await readZip(await readFile(path.join(this.#options.folder, packageFile)));
    const { silentFaults } = await checkPackage(entries, this.#planOf(siteId));
    if (silentFaults.length > 0) return { kind: "hollow" };
    const folder = await this.#unpackFolder(siteId, deploymentId);
    await unpackPackage(entries, folder);
    return { kind: "ready", folder };
  }

  #keys(siteId: string): HostKeys {
    const { tokenKey } = this.#options.stateFile.state.account;
    const key = (kind: string) => hostKeyFrom(tokenKey, `${toKey(siteId)}/${kind}`);
    return { masterKey: key("master"), functionKey: key("default"), durableTaskKey: key("durabletask_extension") };
  }

  #planOf(siteId: string): PlanName {
    const { store } = this.#options;
    const plan = store.get(String(store.get(siteId)?.properties["serverFarmId"] ?? ""));
    return planOfSku(String(plan?.sku?.["name"] ?? "FC1"));
  }

  #basicCredentials(siteId: string): string | null {
    const { store, stateFile } = this.#options;
    const policy = store.get(`${siteId}/basicPublishingCredentialsPolicies/scm`);
    if (policy?.properties["allow"] === false) return null;
    const id = store.get(siteId)?.id ?? siteId;
    return `$${id.split("/").at(-1)}:${guidFrom(`${stateFile.state.account.tokenKey}/${id}`)}`;
  }

  #packageFolder(siteId: string): string {
    return path.join(this.#options.folder, "packages", siteId.split("/").at(-1) ?? "");
  }

  #unpackFolder(siteId: string, deploymentId: string): Promise<string> {
    return this.#wwwroot.placeFor(siteId.split("/").at(-1) ?? "", deploymentId);
  }
}

/** Ends a deployment whose process exited before it was finished. */
function endInterrupted(deployment: StoredDeployment): void {
  if (deployment.status >= DEPLOYMENT_STATUS.failed) return;
  deployment.status = DEPLOYMENT_STATUS.failed;
  deployment.errors = ["The deployment was interrupted."];
}

async function stopSite({ runtime, deployments, front, scm }: RunningSite): Promise<void> {
  await Promise.all([front.stop(), scm.stop()]);
  await deployments.settled();
  await runtime.stop();
}

function toKey(siteId: string): string {
  return siteId.toLowerCase();
}
