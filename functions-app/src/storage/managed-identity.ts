// A token of the app's own identity. One HTTP call of App Service's contract, instead of a package of several megabytes in an
// app whose size is cold-start time.
// Source: learn.microsoft.com, App Service, "How to use managed identities", REST endpoint reference.

type Environment = Readonly<Record<string, string | undefined>>;

const RESOURCE = "https://storage.azure.com/";
const API_VERSION = "2019-08-01";

/** A credential for the storage SDKs, which cache the token until it ends. */
export function storageCredential(env: Environment) {
  return {
    async getToken(): Promise<{ token: string; expiresOnTimestamp: number }> {
      const endpoint = env["IDENTITY_ENDPOINT"];
      if (!endpoint) throw new Error("The storage account is named without a key, but this host has no identity.");
      const url = new URL(endpoint);
      url.searchParams.set("api-version", API_VERSION);
      url.searchParams.set("resource", RESOURCE);
      const clientId = env["AzureWebJobsStorage__clientId"];
      if (clientId) url.searchParams.set("client_id", clientId);
      const response = await fetch(url, { headers: { "x-identity-header": env["IDENTITY_HEADER"] ?? "" } });
      if (!response.ok) throw new Error(`The app's identity gave no token: HTTP ${response.status}.`);
      const { access_token, expires_on } = (await response.json()) as { access_token: string; expires_on: string };
      return { token: access_token, expiresOnTimestamp: Number(expires_on) * 1000 };
    },
  };
}
