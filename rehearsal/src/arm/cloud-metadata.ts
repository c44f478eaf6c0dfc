// What Azure Resource Manager reports about its cloud, without a sign-in. Each client knows one of three formats,
// selected by its api-version.
import type { Answer, MiniRequest } from "../http/answer.ts";
import { ok } from "../http/answer.ts";
import { REGIONS } from "./regions.ts";

const CLOUD_NAME = "MiniAzure";
const PORTAL = "https://portal.azure.com";
const PUBLIC_AUDIENCE = "https://management.azure.com/";
const FIRST_LIST = "2019-05-01";
const FIRST_OBJECT = "2020-06-01";

/**
 * `GET /metadata/endpoints`.
 *
 * @see hashicorp/go-azure-sdk, sdk/internal/metadata/client.go; hashicorp/go-azure-helpers, resourcemanager/location
 */
export function answerMetadata({ url }: MiniRequest, armUrl: string): Answer {
  const version = url.searchParams.get("api-version") ?? "";
  if (version < FIRST_LIST) return ok(describeEndpoints(armUrl));
  const cloud = describeCloud(armUrl);
  return ok(version < FIRST_OBJECT ? [cloud] : cloud);
}

function describeCloud(armUrl: string): object {
  return {
    name: CLOUD_NAME,
    portal: PORTAL,
    resourceManager: `${armUrl}/`,
    microsoftGraphResourceId: `${armUrl}/graph/`,
    authentication: {
      loginEndpoint: armUrl,
      audiences: [armUrl, PUBLIC_AUDIENCE],
      tenant: "common",
      identityProvider: "AAD",
    },
    suffixes: { storage: "core.windows.net", keyVaultDns: "vault.azure.net" },
  };
}

/** The oldest format. azurerm 4 reads from it which locations a configuration may name. */
function describeEndpoints(armUrl: string): object {
  return {
    galleryEndpoint: "",
    graphEndpoint: `${armUrl}/graph/`,
    portalEndpoint: PORTAL,
    authentication: { loginEndpoint: armUrl, audiences: [armUrl, PUBLIC_AUDIENCE] },
    cloudEndpoint: { [CLOUD_NAME]: { endpoint: new URL(armUrl).host, locations: REGIONS } },
  };
}
