import { readFileSync } from "node:fs";
import type { ValueObject } from "./dynamic-value.ts";

export type Credentials = {
  metadataHost: string;
  subscriptionId: string;
  tenantId: string;
  clientId: string;
  clientSecret: string;
  /** The certificates named by `SSL_CERT_FILE`, through which azurerm (Go) is made to trust a certificate. */
  ca: string | undefined;
};

type Option = { argument: string; variable: string };

const OPTIONS = {
  metadataHost: { argument: "metadata_host", variable: "ARM_METADATA_HOSTNAME" },
  subscriptionId: { argument: "subscription_id", variable: "ARM_SUBSCRIPTION_ID" },
  tenantId: { argument: "tenant_id", variable: "ARM_TENANT_ID" },
  clientId: { argument: "client_id", variable: "ARM_CLIENT_ID" },
  clientSecret: { argument: "client_secret", variable: "ARM_CLIENT_SECRET" },
} as const satisfies Record<string, Option>;

/**
 * Resolves the provider's identity from its block and the `ARM_…` variables. Only a client secret is supported: the
 * stand-in never sees the user's own login.
 *
 * @throws Error in azurerm's words if something is missing.
 */
export function resolveCredentials(config: ValueObject, env: NodeJS.ProcessEnv): Credentials {
  const read = ({ argument, variable }: Option): string | undefined => {
    const value = config[argument];
    return typeof value === "string" && value !== "" ? value : env[variable];
  };
  const metadataHost = read(OPTIONS.metadataHost);
  if (metadataHost === undefined) {
    throw new Error(
      "this is the stand-in that rehearses deployments offline, and it was given no `metadata_host`: it never talks to Azure. Remove the generated CLI configuration (TF_CLI_CONFIG_FILE) to use the real azurerm provider",
    );
  }
  const subscriptionId = read(OPTIONS.subscriptionId);
  if (subscriptionId === undefined) {
    throw new Error(
      "building account: unable to configure ResourceManagerAccount: subscription ID could not be determined and was not specified",
    );
  }
  const [tenantId, clientId, clientSecret] = [
    read(OPTIONS.tenantId),
    read(OPTIONS.clientId),
    read(OPTIONS.clientSecret),
  ];
  if (tenantId === undefined || clientId === undefined || clientSecret === undefined) {
    throw new Error(
      "unable to build authorizer for Resource Manager API: could not configure AzureCli Authorizer: the stand-in provider signs in with ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET only, and at least one of them is not set",
    );
  }
  const certFile = env["SSL_CERT_FILE"];
  return {
    metadataHost,
    subscriptionId,
    tenantId,
    clientId,
    clientSecret,
    ca: certFile === undefined ? undefined : readFileSync(certFile, "utf8"),
  };
}
