import type { HostKeys } from "../host-keys.ts";
import type { Account, Login } from "./login.ts";
import type { Registrations } from "./namespaces.ts";
import type { Operations } from "./operations.ts";
import type { ResourceStore } from "./resource-store.ts";

export type SiteHosts = { hostName: string; scmHostName: string };

export type FunctionSummary = { name: string; trigger: string; invokeUrl?: string };

/** What Azure Resource Manager requests of the deployed sites. */
export interface SitePort {
  /** Host names of a site; its listeners are opened now if it has none yet. */
  hostsOf(siteId: string): Promise<SiteHosts>;
  settingsChanged(siteId: string): Promise<void>;
  removed(siteId: string): Promise<void>;
  functionsOf(siteId: string): Promise<FunctionSummary[]>;
  /** null until the site's host has run once. */
  keysOf(siteId: string): Promise<HostKeys | null>;
}

export type ArmContext = {
  store: ResourceStore;
  account: Account;
  login: Login;
  operations: Operations;
  registrations: Registrations;
  sites: SitePort;
  armUrl: () => string;
};
