import { OperationError } from "@same-kit/shared";

/** The endpoints of one Azure cloud, without trailing slashes. */
export type Cloud = { name: string; resourceManager: string; login: string; portal: string };

const CLOUDS: Record<string, Cloud> = {
  public: {
    name: "AzureCloud",
    resourceManager: "https://management.azure.com",
    login: "https://login.microsoftonline.com",
    portal: "https://portal.azure.com",
  },
  usgovernment: {
    name: "AzureUSGovernment",
    resourceManager: "https://management.usgovcloudapi.net",
    login: "https://login.microsoftonline.us",
    portal: "https://portal.azure.us",
  },
  china: {
    name: "AzureChinaCloud",
    resourceManager: "https://management.chinacloudapi.cn",
    login: "https://login.chinacloudapi.cn",
    portal: "https://portal.azure.cn",
  },
};

const METADATA_API = "2022-09-01";

/**
 * The cloud that terraform's azurerm would use with this environment: `ARM_METADATA_HOSTNAME` (always https), otherwise
 * `ARM_ENVIRONMENT`, otherwise the public one.
 */
export async function loadCloud(env: NodeJS.ProcessEnv): Promise<Cloud> {
  const host = env["ARM_METADATA_HOSTNAME"];
  if (host) return loadCloudFromMetadata(host);
  const name = (env["ARM_ENVIRONMENT"] ?? "public").toLowerCase();
  const cloud = CLOUDS[name];
  if (cloud !== undefined) return cloud;
  throw new OperationError({
    code: "ERR_PREFLIGHT_CLOUD_UNKNOWN",
    message: `ARM_ENVIRONMENT is "${name}", which is not a known Azure cloud.`,
    hint: `Use one of ${Object.keys(CLOUDS).join(", ")}, or set ARM_METADATA_HOSTNAME.`,
  });
}

async function loadCloudFromMetadata(host: string): Promise<Cloud> {
  const url = `https://${host}/metadata/endpoints?api-version=${METADATA_API}`;
  try {
    const response = await fetch(url);
    const metadata = (await response.json()) as {
      name: string;
      resourceManager: string;
      portal?: string;
      authentication: { loginEndpoint: string };
    };
    return {
      name: metadata.name,
      resourceManager: withoutSlash(metadata.resourceManager),
      login: withoutSlash(metadata.authentication.loginEndpoint),
      portal: withoutSlash(metadata.portal ?? ""),
    };
  } catch (cause) {
    throw new OperationError({
      code: "ERR_PREFLIGHT_CLOUD_UNREACHABLE",
      message: `The cloud's metadata could not be read from ${url}: ${String((cause as Error).message)}`,
      hint: "Check ARM_METADATA_HOSTNAME, or unset it to use the public cloud.",
      cause,
    });
  }
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, "");
