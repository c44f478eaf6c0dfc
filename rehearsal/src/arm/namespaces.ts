// The resource providers of the subscription: which types each offers, and which are registered. Azure creates no
// resource of a namespace before it is registered.
import type { Answer, MiniRequest } from "../http/answer.ts";
import { armError, ok } from "../http/answer.ts";
import type { Route } from "../http/router.ts";
import { route } from "../http/router.ts";
import { REGIONS } from "./regions.ts";

const PROVIDERS = "/subscriptions/{subscription}/providers";

/** Types by namespace, with the newest API version that this cloud was written for. */
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

/** Every namespace that this cloud knows. */
export const ALL_NAMESPACES: readonly string[] = Object.keys(NAMESPACES);

/** The namespaces of a new subscription: Azure's own, which need no registration, and those used by colleagues. */
export const FIRST_NAMESPACES: readonly string[] = [
  "Microsoft.Resources",
  "Microsoft.Authorization",
  "Microsoft.AlertsManagement",
  "Microsoft.Network",
  "Microsoft.KeyVault",
  "Microsoft.Sql",
];

/** Which namespaces are registered. */
export class Registrations {
  readonly #registered: string[];
  readonly #pending = new Set<string>();
  readonly #save: () => void;

  /** @param registered - Modified in place, then saved. */
  constructor(registered: string[], save: () => void) {
    this.#registered = registered;
    this.#save = save;
  }

  /** Refuses to create a resource in an unregistered namespace; null if it is registered. */
  refuse(type: string): Answer | null {
    const [name = ""] = type.split("/");
    if (this.#has(name)) return null;
    return armError(
      409,
      "MissingSubscriptionRegistration",
      `The subscription is not registered to use namespace '${canonical(name) ?? name}'. See https://aka.ms/rps-not-found for how to register subscriptions.`,
    );
  }

  register(name: string): void {
    if (!this.#has(name)) this.#pending.add(name);
  }

  /** Completes what `register` started. A client that does not check the progress never has anything registered. */
  settle(name: string): void {
    if (!this.#pending.delete(name)) return;
    this.#registered.push(name);
    this.#save();
  }

  stateOf(name: string): "Registered" | "Registering" | "NotRegistered" {
    if (this.#pending.has(name)) return "Registering";
    return this.#has(name) ? "Registered" : "NotRegistered";
  }

  #has(name: string): boolean {
    return this.#registered.some((other) => other.toLowerCase() === name.toLowerCase());
  }
}

export function namespaceRoutes(registrations: Registrations): Route[] {
  const withNamespace =
    (act: (name: string) => Answer) =>
    (_request: MiniRequest, { namespace = "" }: Readonly<Record<string, string>>): Answer => {
      const name = canonical(namespace);
      return name === undefined
        ? armError(404, "InvalidResourceNamespace", `The resource namespace '${namespace}' is invalid.`)
        : act(name);
    };
  const show = (name: string) => describe(name, registrations.stateOf(name));
  return [
    route("GET", PROVIDERS, () => ok({ value: ALL_NAMESPACES.map(show) })),
    route(
      "GET",
      `${PROVIDERS}/{namespace}`,
      withNamespace((name) => {
        registrations.settle(name);
        return ok(show(name));
      }),
    ),
    route(
      "POST",
      `${PROVIDERS}/{namespace}/register`,
      withNamespace((name) => {
        registrations.register(name);
        return ok(show(name));
      }),
    ),
  ];
}

function canonical(name: string): string | undefined {
  return ALL_NAMESPACES.find((each) => each.toLowerCase() === name.toLowerCase());
}

function describe(namespace: string, registrationState: string): object {
  return {
    id: `/providers/${namespace}`,
    namespace,
    registrationPolicy: "RegistrationRequired",
    registrationState,
    resourceTypes: Object.entries(NAMESPACES[namespace] ?? {}).map(([resourceType, version]) => ({
      resourceType,
      locations: REGIONS,
      apiVersions: [version],
    })),
  };
}
