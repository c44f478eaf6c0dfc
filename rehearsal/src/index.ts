// An in-process fake of the Azure APIs that a deployment uses: Azure Resource Manager, the SCM service and the deployed
// sites, on the loopback interface, over TLS with its own certificate. Deployments are rehearsed against it; nothing
// ever reaches Azure.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { generateCertificate, type Logger, type LogSink } from "@same-kit/shared";
import type { ArmContext } from "./arm/arm-context.ts";
import { createArmHandler } from "./arm/arm-handler.ts";
import type { RegisteredCredential } from "./arm/client-assertion.ts";
import type { Client } from "./arm/login.ts";
import { colleagueOf, Login } from "./arm/login.ts";
import { ALL_NAMESPACES, FIRST_NAMESPACES, Registrations } from "./arm/namespaces.ts";
import { Operations } from "./arm/operations.ts";
import { ResourceStore } from "./arm/resource-store.ts";
import { DrillRun } from "./drills/drill-run.ts";
import type { ActiveDrill } from "./drills/table.ts";
import { listenHttps } from "./http/https-server.ts";
import type { InstalledProvider } from "./install-provider.ts";
import { installProvider } from "./install-provider.ts";
import type { ProviderSource } from "./provider-source.ts";
import type { BootSite } from "./site/boot-site.ts";
import { Sites } from "./sites.ts";
import type { StateFile } from "./state.ts";
import { openState } from "./state.ts";

export type { RegisteredCredential } from "./arm/client-assertion.ts";
export type { ActiveDrill, DrillName } from "./drills/table.ts";
export { DRILLS, parseDrill } from "./drills/table.ts";
export { findAzurerm, userMirrors } from "./find-azurerm.ts";
export type { InstalledProvider } from "./install-provider.ts";
export type { ProviderSource } from "./provider-source.ts";
export type { StartLocalHost } from "./site/boot-on-local-host.ts";
export { bootOnLocalHost } from "./site/boot-on-local-host.ts";
export type { BootedSite, BootSite, BootSiteRequest } from "./site/boot-site.ts";

export type MiniAzureOptions = {
  /** Keeps the cloud between processes: resources, packages, ports, certificate. An empty folder is a new cloud. */
  folder: string;
  /** Starts the Functions host on a deployed package. */
  bootSite: BootSite;
  /** Credentials that the service principal may present instead of its secret. Default: none. */
  registered?: readonly RegisteredCredential[];
  /**
   * Namespaces that are registered in a new cloud. Default: those that need no registration, and those used by
   * colleagues.
   */
  namespaces?: readonly string[];
  /** The drill to play. */
  fail?: ActiveDrill;
  /** Receives the output of the deployed apps. */
  onLog: LogSink;
  log: Logger;
};

export type MiniAzure = {
  /** For example `https://localhost:40001`, without a trailing slash. */
  armUrl: string;
  /** For the provider's `metadata_host`, such as `localhost:40001`. */
  metadataHost: string;
  subscriptionId: string;
  tenantId: string;
  /** PEM file with the certificate that all servers here use. */
  caFile: string;
  caPem: string;
  /**
   * Credentials and address of a service principal of this cloud, as `ARM_…` variables and `SSL_CERT_FILE`: for
   * terraform, and for everything else that signs in like azurerm.
   */
  env: Record<string, string>;
  /** A second service principal of this cloud, for resources created by other people in the subscription. */
  colleague: Client;
  /**
   * Variables that simulate the machine of the active drill, in addition to `env`: a different PATH if a tool must be
   * missing, outdated or not signed in. Empty for every other drill.
   */
  machineEnv(folder: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>>;
  /**
   * For drills that affect terraform's state, called right before terraform plans or applies in `terraformDir`; for
   * most drills it does nothing.
   */
  beforePlan(terraformDir: string, env: NodeJS.ProcessEnv): Promise<void>;
  beforeApply(terraformDir: string, env: NodeJS.ProcessEnv): Promise<void>;
  /** Makes a provider available through files below `folder`. Default: the stand-in `hashicorp/azurerm`. */
  installProvider(folder: string, source?: ProviderSource): Promise<InstalledProvider>;
  /** Stops all servers and hosts; the cloud remains in its folder. */
  stop(): Promise<void>;
};

/** Makes this process, including `fetch`, trust the mini Azure in addition to the public certificate authorities. */
export function trustMiniAzure({ caPem }: Pick<MiniAzure, "caPem">): void {
  setDefaultCACertificates([...getCACertificates("default"), caPem]);
}

/** Starts the cloud stored in `options.folder`, on its previous ports where they are free. */
export async function startMiniAzure(options: MiniAzureOptions): Promise<MiniAzure> {
  const { folder, log } = options;
  const stateFile = await openState(folder, options.namespaces ?? FIRST_NAMESPACES);
  const { state } = stateFile;
  const drill = new DrillRun(options.fail ?? null);
  const login = new Login({ account: state.account, registered: options.registered ?? [] });
  const store = createStore(stateFile);
  const sites = new Sites({ ...options, stateFile, store, login, drill });
  let armUrl = "";
  const context: ArmContext = {
    store,
    account: state.account,
    login,
    operations: new Operations(() => armUrl),
    registrations: createRegistrations(stateFile),
    sites,
    armUrl: () => armUrl,
  };
  const arm = await listenHttps({
    certificate: drill.isUntrusted ? await generateCertificate(LOCALHOST) : state.certificate,
    port: state.armPort,
    handler: createArmHandler(context, (handle) => drill.intercept("arm", handle)),
    bodyLimitBytes: ARM_BODY_LIMIT_BYTES,
    log,
  });
  armUrl = `https://localhost:${arm.port}`;
  state.armPort = arm.port;
  stateFile.save();
  await sites.resume();
  const caFile = path.join(folder, "mini-azure.pem");
  await writeFile(caFile, state.certificate.certificate);
  log.info("The mini Azure is ready.", { url: armUrl });
  const stop = () => stopAll(drill, arm.stop, sites);
  return describe({ stateFile, drill, armUrl, port: arm.port, caFile, stop });
}

// Azure Resource Manager's own request limit.
const ARM_BODY_LIMIT_BYTES = 4 * 1024 * 1024;
const LOCALHOST = { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] };

type Parts = {
  stateFile: StateFile;
  drill: DrillRun;
  armUrl: string;
  port: number;
  caFile: string;
  stop: () => Promise<void>;
};

function describe({ stateFile, drill, armUrl, port, caFile, stop }: Parts): MiniAzure {
  const { account, certificate } = stateFile.state;
  const metadataHost = `localhost:${port}`;
  return {
    armUrl,
    metadataHost,
    subscriptionId: account.subscriptionId,
    tenantId: account.tenantId,
    caFile,
    caPem: certificate.certificate,
    env: {
      ARM_METADATA_HOSTNAME: metadataHost,
      ARM_SUBSCRIPTION_ID: account.subscriptionId,
      ARM_TENANT_ID: account.tenantId,
      ARM_CLIENT_ID: account.clientId,
      ARM_CLIENT_SECRET: account.clientSecret,
      SSL_CERT_FILE: caFile,
    },
    colleague: colleagueOf(account),
    machineEnv: (folder, env) => drill.prepareMachine(folder, env),
    beforePlan: (terraformDir, env) => drill.fireOnState("plan", terraformDir, env),
    beforeApply: (terraformDir, env) => drill.fireOnState("apply", terraformDir, env),
    installProvider: (folder, source = { kind: "stand-in" }) => installProvider(folder, source, drill.provider),
    stop,
  };
}

function createRegistrations({ state, save }: StateFile): Registrations {
  state.namespaces ??= [...ALL_NAMESPACES];
  return new Registrations(state.namespaces, save);
}

function createStore({ state, save }: StateFile): ResourceStore {
  const store: ResourceStore = new ResourceStore(state.resources, () => {
    state.resources = store.all();
    save();
  });
  return store;
}

async function stopAll(drill: DrillRun, stopArm: () => Promise<void>, sites: Sites): Promise<void> {
  await drill.end();
  await stopArm();
  await sites.stop();
}
