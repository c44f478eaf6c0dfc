// The resource providers of the subscription, all of them registered: what a client may ask of each, and where.
import type { Answer } from "../http/answer.ts";
import { armError, ok } from "../http/answer.ts";
import type { Route } from "../http/router.ts";
import { route } from "../http/router.ts";
import { REGIONS } from "./regions.ts";

const PROVIDERS = "/subscriptions/{subscription}/providers";

/** Types by namespace, with the newest API version that this cloud was written by. */
const NAMESPACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "Microsoft.Web": { sites: "2023-12-01", "sites/config": "2023-12-01", serverFarms: "2023-12-01" },
  "Microsoft.Storage": {
    storageAccounts: "2025-08-01",
    "storageAccounts/blobServices/containers": "2025-08-01",
  },
  "Microsoft.Insights": { components: "2020-02-02", actionGroups: "2023-01-01" },
  "Microsoft.AlertsManagement": { smartDetectorAlertRules: "2021-04-01" },
  "Microsoft.Network": { virtualNetworks: "2024-05-01" },
  "Microsoft.KeyVault": { vaults: "2024-11-01" },
  "Microsoft.Sql": { servers: "2023-08-01" },
  "Microsoft.OperationalInsights": { workspaces: "2025-07-01" },
  "Microsoft.ManagedIdentity": { userAssignedIdentities: "2024-11-30" },
  "Microsoft.Authorization": { roleAssignments: "2022-04-01", roleDefinitions: "2022-05-01-preview" },
  "Microsoft.Resources": { resourceGroups: "2023-07-01" },
  "Microsoft.App": {},
};

export function namespaceRoutes(): Route[] {
  return [
    route("GET", PROVIDERS, () => ok({ value: Object.keys(NAMESPACES).map(describe) })),
    route("GET", `${PROVIDERS}/{namespace}`, (_request, { namespace }) => answer(namespace ?? "")),
    route("POST", `${PROVIDERS}/{namespace}/register`, (_request, { namespace }) => answer(namespace ?? "")),
  ];
}

function answer(name: string): Answer {
  const known = Object.keys(NAMESPACES).find((each) => each.toLowerCase() === name.toLowerCase());
  return known === undefined
    ? armError(404, "InvalidResourceNamespace", `The resource namespace '${name}' is invalid.`)
    : ok(describe(known));
}

function describe(namespace: string): object {
  return {
    id: `/providers/${namespace}`,
    namespace,
    registrationPolicy: "RegistrationRequired",
    registrationState: "Registered",
    resourceTypes: Object.entries(NAMESPACES[namespace] ?? {}).map(([resourceType, version]) => ({
      resourceType,
      locations: REGIONS,
      apiVersions: [version],
    })),
  };
}
