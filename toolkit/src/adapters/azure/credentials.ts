// The identity used for Azure: chosen as terraform's azurerm does, so that one sign-in serves both.
// Source: hashicorp/go-azure-sdk, sdk/auth/auth.go (order) and azurerm's provider arguments (variables).

type CredentialKind = "client-certificate" | "client-secret" | "oidc" | "managed-identity" | "az";

export type Credential =
  | { kind: "client-secret"; clientId: string; tenantId: string; secret: () => Promise<string> }
  | { kind: "oidc"; clientId: string; tenantId: string; assertion: () => Promise<string> }
  | { kind: "managed-identity"; clientId: string | null; endpoint: string | null }
  /** The Azure CLI handles sign-in with a certificate. */
  | { kind: "client-certificate"; clientId: string; tenantId: string }
  | { kind: "az" };

type CredentialProblem = { variable: string; message: string };

type CredentialDeps = {
  readFile: (file: string) => Promise<string>;
  fetch: typeof fetch;
};

// In azurerm's order: its own names, GitHub Actions', Azure Pipelines'. With a service connection, the token comes from Azure Pipelines.
const REQUEST_URLS = ["ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"];
const REQUEST_TOKENS = ["ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"];
const SERVICE_CONNECTIONS = ["ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"];
const GITHUB_AUDIENCE = "api://AzureADTokenExchange";

/**
 * Reads `ARM_*` as azurerm does: the first configured kind is used.
 *
 * @returns the credential, or what an incomplete configuration lacks.
 */
export function resolveCredential(env: NodeJS.ProcessEnv, deps: CredentialDeps): Credential | CredentialProblem[] {
  const clientId = env["ARM_CLIENT_ID"] ?? "";
  const tenantId = env["ARM_TENANT_ID"] ?? "";
  const kind = configuredKind(env);
  if (kind === "az") return { kind };
  if (kind === "managed-identity") {
    return { kind, clientId: clientId || null, endpoint: env["ARM_MSI_ENDPOINT"] || null };
  }
  const problems = missingNames(kind, { ARM_CLIENT_ID: clientId, ARM_TENANT_ID: tenantId });
  if (problems.length > 0) return problems;
  switch (kind) {
    case "client-certificate":
      return { kind, clientId, tenantId };
    case "client-secret":
      return { kind, clientId, tenantId, secret: () => textOrFile(env, "ARM_CLIENT_SECRET", deps) };
    case "oidc":
      return { kind, clientId, tenantId, assertion: () => oidcToken(env, deps) };
  }
}

function configuredKind(env: NodeJS.ProcessEnv): CredentialKind {
  if (env["ARM_CLIENT_CERTIFICATE"] || env["ARM_CLIENT_CERTIFICATE_PATH"]) return "client-certificate";
  if (env["ARM_CLIENT_SECRET"] || env["ARM_CLIENT_SECRET_FILE_PATH"]) return "client-secret";
  if (isTrue(env["ARM_USE_OIDC"])) return "oidc";
  if (isTrue(env["ARM_USE_MSI"])) return "managed-identity";
  return "az";
}

function missingNames(kind: CredentialKind, values: Record<string, string>): CredentialProblem[] {
  return Object.entries(values)
    .filter(([, value]) => value === "")
    .map(([variable]) => ({ variable, message: `${variable} is not set; signing in with ${kind} requires it.` }));
}

async function oidcToken(env: NodeJS.ProcessEnv, deps: CredentialDeps): Promise<string> {
  if (env["ARM_OIDC_TOKEN"] || env["ARM_OIDC_TOKEN_FILE_PATH"]) return textOrFile(env, "ARM_OIDC_TOKEN", deps);
  const [url, token] = [firstSet(env, REQUEST_URLS), firstSet(env, REQUEST_TOKENS)];
  if (url === null || token === null) {
    throw new Error(
      "ARM_USE_OIDC is set, but neither ARM_OIDC_TOKEN nor a URL to request one. In GitHub Actions the job needs `permissions: id-token: write`.",
    );
  }
  const connection = firstSet(env, SERVICE_CONNECTIONS);
  const separator = url.includes("?") ? "&" : "?";
  const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
  const response =
    connection === null
      ? await deps.fetch(`${url}${separator}audience=${encodeURIComponent(GITHUB_AUDIENCE)}`, { headers })
      : await deps.fetch(`${url}${separator}api-version=7.1&serviceConnectionId=${encodeURIComponent(connection)}`, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
        });
  if (!response.ok) throw new Error(`The OIDC token was refused with HTTP ${response.status}.`);
  const { value, oidcToken } = (await response.json()) as { value?: string; oidcToken?: string };
  const found = value ?? oidcToken;
  if (found === undefined) throw new Error("The answer to the request for an OIDC token contains none.");
  return found;
}

/** An empty variable counts as unset: CI systems set variables that a job may not read to an empty text. */
function firstSet(env: NodeJS.ProcessEnv, names: readonly string[]): string | null {
  for (const name of names) if (env[name]) return env[name];
  return null;
}

async function textOrFile(env: NodeJS.ProcessEnv, name: string, deps: CredentialDeps): Promise<string> {
  const text = env[name];
  if (text) return text;
  return (await deps.readFile(env[`${name}_FILE_PATH`] ?? "")).trim();
}

const isTrue = (value: string | undefined): boolean => /^(1|true)$/i.test(value ?? "");
