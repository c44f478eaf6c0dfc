// A storage token for the app's own identity: one HTTP call of App Service's contract instead of @azure/identity, which would triple
// the amount of code that a cold start of the app has to load.
// Source: learn.microsoft.com, App Service, "How to use managed identities", REST endpoint reference.

const API_VERSION = "2019-08-01";
const RESOURCE = "https://storage.azure.com/";

/** A credential for the storage client, which keeps the token until it expires. */
type IdentityCredential = {
  getToken(): Promise<{ token: string; expiresOnTimestamp: number }>;
};

/** `getToken` throws an Error if the host provides no identity or refuses a token. */
export function managedIdentityCredential(env: NodeJS.ProcessEnv): IdentityCredential {
  return { getToken: () => fetchToken(env) };
}

async function fetchToken(env: NodeJS.ProcessEnv): Promise<{ token: string; expiresOnTimestamp: number }> {
  const endpoint = env["IDENTITY_ENDPOINT"];
  const secret = env["IDENTITY_HEADER"];
  if (!endpoint || !secret) {
    throw new Error(
      "The app's storage account is configured without a key, but this host provides no managed identity for the app.",
    );
  }
  const url = new URL(endpoint);
  url.searchParams.set("api-version", API_VERSION);
  url.searchParams.set("resource", RESOURCE);
  const clientId = env["AzureWebJobsStorage__clientId"];
  if (clientId) url.searchParams.set("client_id", clientId);
  const response = await fetch(url, { headers: { "x-identity-header": secret } });
  if (!response.ok) {
    const text = (await response.text()).slice(0, 500);
    throw new Error(`The app's managed identity got no token for its storage account: HTTP ${response.status} ${text}`);
  }
  const { access_token: token, expires_on: expiresOn } = (await response.json()) as {
    access_token: string;
    expires_on: string;
  };
  return { token, expiresOnTimestamp: Number(expiresOn) * 1000 };
}
