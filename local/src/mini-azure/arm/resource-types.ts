// What Azure adds to a resource that is put: ids, endpoints, keys, states. Everything else is echoed.
import type { Answer } from "../http/answer.ts";
import type { ArmContext } from "./arm-context.ts";
import { accountKeyFrom, guidFrom } from "./derive.ts";
import type { Resource } from "./resource-store.ts";
import { siteType } from "./site-type.ts";

export type ResourceType = {
  /** Completes what the client sent. */
  compose(resource: Resource, context: ArmContext, isNew: boolean): Promise<Resource> | Resource;
  /** What Azure would refuse, before anything is made. */
  refuse?(draft: Resource, context: ArmContext): Answer | null;
  /** Creation is answered with 202 and watched, as Azure does for this type. */
  isLongRunning?: boolean;
  deleted?(resource: Resource, context: ArmContext): Promise<void>;
};

const STORAGE_SERVICES = ["blob", "queue", "table", "file", "web", "dfs"];
const INGESTION_HOST = "in.applicationinsights.azure.com";
const BLOB_DEFAULTS = {
  hasImmutabilityPolicy: false,
  hasLegalHold: false,
  publicAccess: "None",
  leaseState: "Available",
};

export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  "microsoft.storage/storageaccounts": {
    isLongRunning: true,
    compose: (resource) => ({
      ...resource,
      type: "Microsoft.Storage/storageAccounts",
      properties: {
        accessTier: "Hot",
        encryption: { keySource: "Microsoft.Storage", services: {} },
        networkAcls: { bypass: "AzureServices", defaultAction: "Allow", ipRules: [], virtualNetworkRules: [] },
        primaryLocation: resource.location,
        statusOfPrimary: "available",
        ...resource.properties,
        provisioningState: "Succeeded",
        primaryEndpoints: Object.fromEntries(
          STORAGE_SERVICES.map((service) => [service, `https://${resource.name}.${service}.core.windows.net/`]),
        ),
      },
    }),
  },
  "microsoft.storage/storageaccounts/blobservices/containers": {
    compose: (resource) => ({
      ...resource,
      type: "Microsoft.Storage/storageAccounts/blobServices/containers",
      properties: {
        ...BLOB_DEFAULTS,
        defaultEncryptionScope: "$account-encryption-key",
        denyEncryptionScopeOverride: false,
        ...resource.properties,
      },
    }),
  },
  "microsoft.operationalinsights/workspaces": {
    compose: (resource) => ({
      ...resource,
      type: "Microsoft.OperationalInsights/workspaces",
      properties: {
        retentionInDays: 30,
        publicNetworkAccessForIngestion: "Enabled",
        publicNetworkAccessForQuery: "Enabled",
        ...resource.properties,
        customerId: guidFrom(`${resource.id}/customer`),
        provisioningState: "Succeeded",
      },
    }),
  },
  "microsoft.insights/components": { compose: composeComponent },
  "microsoft.web/serverfarms": { compose: composePlan },
  "microsoft.web/sites": siteType,
  "microsoft.managedidentity/userassignedidentities": {
    compose: (resource, { account }) => ({
      ...resource,
      type: "Microsoft.ManagedIdentity/userAssignedIdentities",
      properties: {
        ...resource.properties,
        clientId: guidFrom(`${resource.id}/client`),
        principalId: guidFrom(`${resource.id}/principal`),
        tenantId: account.tenantId,
      },
    }),
  },
  "microsoft.authorization/roleassignments": {
    compose: (resource) => ({
      ...resource,
      type: "Microsoft.Authorization/roleAssignments",
      properties: { ...resource.properties, scope: resource.id.split("/providers/Microsoft.Authorization/")[0] },
    }),
  },
};

export function storageKeys(resource: Resource, { account }: ArmContext): object {
  const keys = ["key1", "key2"].map((keyName) => ({
    keyName,
    permissions: "FULL",
    value: accountKeyFrom(account.tokenKey, `${resource.id}/${keyName}`),
  }));
  return { keys };
}

export function workspaceKeys(resource: Resource, { account }: ArmContext): object {
  return {
    primarySharedKey: accountKeyFrom(account.tokenKey, `${resource.id}/primary`),
    secondarySharedKey: accountKeyFrom(account.tokenKey, `${resource.id}/secondary`),
  };
}

function composeComponent(resource: Resource): Resource {
  const appId = guidFrom(`${resource.id}/app`);
  const instrumentationKey = guidFrom(`${resource.id}/instrumentation`);
  const endpoint = `https://${resource.location}.${INGESTION_HOST}/`;
  return {
    ...resource,
    type: "Microsoft.Insights/components",
    properties: {
      RetentionInDays: 90,
      SamplingPercentage: 100,
      DisableIpMasking: false,
      DisableLocalAuth: false,
      publicNetworkAccessForIngestion: "Enabled",
      publicNetworkAccessForQuery: "Enabled",
      ...resource.properties,
      AppId: appId,
      ApplicationId: resource.name,
      Name: resource.name,
      InstrumentationKey: instrumentationKey,
      ConnectionString: `InstrumentationKey=${instrumentationKey};IngestionEndpoint=${endpoint};ApplicationId=${appId}`,
      provisioningState: "Succeeded",
    },
  };
}

function composePlan(resource: Resource): Resource {
  const name = String(resource.sku?.["name"] ?? "");
  const isElastic = name.startsWith("EP");
  return {
    ...resource,
    type: "Microsoft.Web/serverfarms",
    kind: isElastic ? "elastic" : name === "FC1" || name === "Y1" ? "functionapp" : "linux",
    sku: { size: name, family: name.slice(0, 2), capacity: isElastic ? 1 : 0, ...resource.sku },
    properties: {
      perSiteScaling: false,
      elasticScaleEnabled: isElastic,
      maximumElasticWorkerCount: 1,
      zoneRedundant: false,
      ...resource.properties,
      status: "Ready",
      provisioningState: "Succeeded",
      geoRegion: resource.location,
      numberOfSites: 0,
    },
  };
}
