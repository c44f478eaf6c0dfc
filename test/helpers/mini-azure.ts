import { createLogger } from "@same-kit/shared";
import { onTestFinished } from "vitest";
import { ALL_NAMESPACES } from "../../rehearsal/src/arm/namespaces.ts";
import {
  type BootSite,
  type MiniAzure,
  type MiniAzureOptions,
  parseDrill,
  startMiniAzure,
} from "../../rehearsal/src/index.ts";
import { type HttpsAnswer, sendHttps } from "../../rehearsal/src/provider/https-json.ts";
import { makeTempDir } from "./temp-dir.ts";

const API = "api-version=2023-12-01";

export type TestMiniAzure = MiniAzure & {
  folder: string;
  /** Sends a signed-in request to Azure Resource Manager. */
  arm(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: never; headers: HttpsAnswer["headers"] }>;
  /** Any request to one of its servers. */
  send(method: string, url: string, options?: SendOptions): Promise<HttpsAnswer>;
  token(): Promise<string>;
  /** The same as `arm`, signed in as another service principal: resources it creates belong to someone else. */
  armAsColleague: TestMiniAzure["arm"];
};

type SendOptions = { headers?: Record<string, string>; body?: string | Buffer };

export const neverBoots: BootSite = async () => {
  throw new Error("This test boots no site.");
};

/** A mini Azure in its own folder (or `folder`), stopped when the current test ends. */
export async function startTestMiniAzure(
  options: { fail?: string; folder?: string; bootSite?: BootSite } & Partial<
    Pick<MiniAzureOptions, "onLog" | "registered" | "namespaces">
  > = {},
): Promise<TestMiniAzure> {
  const folder = options.folder ?? (await makeTempDir());
  const drill = options.fail === undefined ? null : parseDrill(options.fail);
  if (options.fail !== undefined && drill === null) throw new Error(`${options.fail} is not a drill.`);
  const onLog = options.onLog ?? (() => {});
  const mini = await startMiniAzure({
    folder,
    bootSite: options.bootSite ?? neverBoots,
    // Most tests are not about registration.
    namespaces: options.namespaces ?? ALL_NAMESPACES,
    ...(drill === null ? {} : { fail: drill }),
    ...(options.registered === undefined ? {} : { registered: options.registered }),
    onLog,
    log: createLogger(onLog, "mini-azure"),
  });
  onTestFinished(() => mini.stop());
  return withRequests(mini, folder);
}

function withRequests(mini: MiniAzure, folder: string): TestMiniAzure {
  const send: TestMiniAzure["send"] = (method, url, { headers = {}, body } = {}) =>
    sendHttps({ method, url, headers, ca: mini.caPem, ...(body === undefined ? {} : { body }) });
  const tokenFor = async (client_id: string, client_secret: string) => {
    const form = new URLSearchParams({ grant_type: "client_credentials", client_id, client_secret });
    const answer = await send("POST", `${mini.armUrl}/${mini.tenantId}/oauth2/v2.0/token`, { body: form.toString() });
    return (JSON.parse(answer.text) as { access_token: string }).access_token;
  };
  const token = () => tokenFor(mini.env["ARM_CLIENT_ID"] ?? "", mini.env["ARM_CLIENT_SECRET"] ?? "");
  const colleagueToken = () => tokenFor(mini.colleague.clientId, mini.colleague.clientSecret);
  const armWith =
    (getToken: () => Promise<string>): TestMiniAzure["arm"] =>
    async (method, path, body) => {
      const answer = await send(method, `${mini.armUrl}${path}${path.includes("?") ? "&" : "?"}${API}`, {
        headers: { authorization: `Bearer ${await getToken()}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return {
        status: answer.status,
        headers: answer.headers,
        body: (answer.text === "" ? null : JSON.parse(answer.text)) as never,
      };
    };
  return { ...mini, folder, send, token, arm: armWith(token), armAsColleague: armWith(colleagueToken) };
}

/**
 * Adds foreign resources to a resource group, and creates the group if it does not exist.
 *
 * @param resources - `Microsoft.Sql/servers/name`, of any type in `arm/foreign-types.ts` or `arm/resource-types.ts`.
 */
export async function putForeign(mini: TestMiniAzure, group: string, resources: readonly string[] = []): Promise<void> {
  const groupId = `/subscriptions/${mini.subscriptionId}/resourceGroups/${group}`;
  const location = "westeurope";
  if ((await mini.arm("GET", groupId)).status === 404) {
    await mini.armAsColleague("PUT", groupId, { location, tags: { owner: "colleague" } });
  }
  for (const resource of resources) {
    const { status } = await mini.armAsColleague("PUT", `${groupId}/providers/${resource}`, { location });
    if (status >= 300) throw new Error(`${resource} was refused: ${status}`);
  }
}

export type TestSite = { id: string; hostName: string; scmHostName: string };

const SKUS = { flex: "FC1", consumption: "Y1", premium: "EP1" } as const;

/** A function app with the minimum of settings. */
export async function createTestSite(mini: TestMiniAzure, plan: keyof typeof SKUS = "flex"): Promise<TestSite> {
  const group = `/subscriptions/${mini.subscriptionId}/resourceGroups/rg-test`;
  const planId = `${group}/providers/Microsoft.Web/serverFarms/plan-test`;
  const id = `${group}/providers/Microsoft.Web/sites/app-test`;
  const location = "westeurope";
  await mini.arm("PUT", group, { location });
  await mini.arm("PUT", planId, { location, sku: { name: SKUS[plan] }, properties: { reserved: true } });
  const appSettings = [
    {
      name: "AzureWebJobsStorage",
      value: "DefaultEndpointsProtocol=https;AccountName=st;AccountKey=a2V5;EndpointSuffix=core.windows.net",
    },
    { name: "SAME_ACCESS_KEY", value: "secret" },
  ];
  const answer = await mini.arm("PUT", id, {
    location,
    properties: { serverFarmId: planId, siteConfig: { appSettings } },
  });
  const { properties } = answer.body as { properties: { hostNameSslStates: { name: string; hostType: string }[] } };
  const hostOf = (type: string) => properties.hostNameSslStates.find(({ hostType }) => hostType === type)?.name ?? "";
  await mini.arm("PUT", `${id}/basicPublishingCredentialsPolicies/scm`, { properties: { allow: false } });
  return { id, hostName: hostOf("Standard"), scmHostName: hostOf("Repository") };
}
