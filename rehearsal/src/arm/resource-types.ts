// What Azure adds to a resource that is created: ids, endpoints, keys, states. Everything else is returned as sent.
import type { Answer } from "../http/answer.ts";
import { armError } from "../http/answer.ts";
import type { ArmContext } from "./arm-context.ts";
import { accountKeyFrom, guidFrom } from "./derive.ts";
import { FOREIGN_TYPES } from "./foreign-types.ts";
import { planType } from "./plan-type.ts";
import { notFound } from "./resource-rules.ts";
import type { Resource } from "./resource-store.ts";
import { isTaken } from "./resource-store.ts";
import type { ResourceType } from "./resource-type.ts";
import { siteType } from "./site-type.ts";

const STORAGE_SERVICES = ["blob", "queue", "table", "file", "web", "dfs"];
const INGESTION_HOST = "in.applicationinsights.azure.com";
const BLOB_DEFAULTS = {
  hasImmutabilityPolicy: false,
  hasLegalHold: false,
  publicAccess: "None",
  leaseState: "Available",
};

export const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  ...FOREIGN_TYPES,
  "microsoft.storage/storageaccounts": {
    isLongRunning: true,
    refuse: refuseAccount,
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
    isExtension: true,
    refuse: refuseContainer,
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
  "microsoft.web/serverfarms": planType,
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
    isExtension: true,
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

const ACCOUNT_NAME = /^[a-z0-9]{3,24}$/;

/** Account names are globally unique. */
function refuseAccount({ id, name }: Resource, { store }: ArmContext): Answer | null {
  if (!ACCOUNT_NAME.test(name)) {
    const message = `${name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.`;
    return armError(400, "AccountNameInvalid", message);
  }
  if (!isTaken(id, "microsoft.storage/storageaccounts", store)) return null;
  return armError(409, "StorageAccountAlreadyTaken", `The storage account named ${name} is already taken.`);
}

/** A container is created through its account's service, so it needs the account. */
function refuseContainer({ id }: Resource, { store }: ArmContext): Answer | null {
  const [accountId = ""] = id.split(/\/blobServices\//i);
  return store.get(accountId) === undefined ? notFound(accountId, store) : null;
}
