import type { ArmClient } from "./arm.ts";

/** What Azure knows about a function app, read again after every deployment: host names contain a hash and cannot be computed. */
export type FunctionAppSite = {
  id: string;
  hostName: string;
  scmHostName: string;
  state: string;
  tags: Readonly<Record<string, string>>;
};

type HostKeys = {
  masterKey: string;
  functionKeys: Record<string, string>;
  /** Keys of extensions, such as `durabletask_extension`. */
  systemKeys: Record<string, string>;
};

const SITE_API = "2023-12-01";
const SYNC_API = "2022-03-01";

type SiteBody = {
  id: string;
  tags?: Record<string, string>;
  properties: {
    state?: string;
    defaultHostName: string;
    enabledHostNames?: string[];
    hostNameSslStates?: { name: string; hostType: string }[];
  };
};

/** @returns null if Azure does not list the app (yet). */
export async function findFunctionApp(arm: ArmClient, appId: string): Promise<FunctionAppSite | null> {
  const site = (await arm.find(appId, SITE_API)) as SiteBody | null;
  if (site === null) return null;
  const { defaultHostName, hostNameSslStates = [], enabledHostNames = [], state = "Unknown" } = site.properties;
  const scmHostName =
    hostNameSslStates.find((it) => it.hostType === "Repository")?.name ??
    enabledHostNames.find((name) => name.includes(".scm.")) ??
    "";
  return { id: site.id, hostName: defaultHostName, scmHostName, state, tags: site.tags ?? {} };
}

/** Names of the functions that the host found in the package. */
export async function listFunctionNames(arm: ArmClient, appId: string): Promise<string[]> {
  const list = (await arm.find(`${appId}/functions`, SITE_API)) as { value?: { name: string }[] } | null;
  return (list?.value ?? []).map(({ name }) => name.slice(name.lastIndexOf("/") + 1));
}

/** The host's own keys; they exist once the host has run. */
export async function listHostKeys(arm: ArmClient, appId: string): Promise<HostKeys> {
  const keys = (await arm.post(`${appId}/host/default/listKeys`, SITE_API)) as Partial<HostKeys>;
  return { masterKey: keys.masterKey ?? "", functionKeys: keys.functionKeys ?? {}, systemKeys: keys.systemKeys ?? {} };
}

/** Makes Azure read the functions of a newly published package. @throws ArmError */
export async function syncTriggers(arm: ArmClient, appId: string): Promise<void> {
  await arm.post(`${appId}/syncfunctiontriggers`, SYNC_API);
}

/** All app settings, secrets in clear. */
export async function listAppSettings(arm: ArmClient, appId: string): Promise<Record<string, string>> {
  const answer = (await arm.post(`${appId}/config/appsettings/list`, SITE_API)) as {
    properties?: Record<string, string>;
  };
  return answer.properties ?? {};
}

/** Replaces all app settings; the app restarts. */
export async function saveAppSettings(
  arm: ArmClient,
  appId: string,
  properties: Record<string, string>,
): Promise<void> {
  await arm.put(`${appId}/config/appsettings`, SITE_API, { properties });
}
