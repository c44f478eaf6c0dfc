import { OperationError } from "@same-kit/shared";
import type { Az } from "./az.ts";
import type { Cloud } from "./cloud.ts";
import type { Credential } from "./credentials.ts";

/** A bearer token for Azure Resource Manager, which the SCM site accepts too; renewed before it expires. */
export type TokenSource = () => Promise<string>;

type Token = { token: string; expiresAtMs: number };

// A long upload must not outlive the token it started with.
const RENEW_BEFORE_MS = 5 * 60_000;
const CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const INSTANCE_METADATA = "http://169.254.169.254/metadata/identity/oauth2/token";

type TokenDeps = {
  cloud: Cloud;
  az: Az;
  subscriptionId: string | null;
  env: NodeJS.ProcessEnv;
  now: () => number;
  fetch: typeof fetch;
};

/** Caches the token until it must be renewed. The source throws OperationError `ERR_PREFLIGHT_SIGN_IN` if Azure issues no token. */
export function createTokenSource(credential: Credential, deps: TokenDeps): TokenSource {
  let current: Token | null = null;
  return async () => {
    if (current === null || current.expiresAtMs - deps.now() < RENEW_BEFORE_MS)
      current = await request(credential, deps);
    return current.token;
  };
}

async function request(credential: Credential, deps: TokenDeps): Promise<Token> {
  switch (credential.kind) {
    case "client-secret":
      return requestForClient(credential, { client_secret: await credential.secret() }, deps);
    case "oidc": {
      const assertion = await credential.assertion();
      return requestForClient(
        credential,
        { client_assertion_type: CLIENT_ASSERTION, client_assertion: assertion },
        deps,
      );
    }
    case "managed-identity":
      return requestForIdentity(credential.clientId, credential.endpoint, deps);
    case "client-certificate":
    case "az":
      return requestFromAz(deps);
  }
}

/** OAuth 2.0 client credentials grant of the Microsoft identity platform. */
async function requestForClient(
  { clientId, tenantId }: { clientId: string; tenantId: string },
  proof: Record<string, string>,
  { cloud, now, fetch }: TokenDeps,
): Promise<Token> {
  const form = {
    grant_type: "client_credentials",
    client_id: clientId,
    scope: `${cloud.resourceManager}/.default`,
    ...proof,
  };
  const response = await fetch(`${cloud.login}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  return readToken(await response.json(), now);
}

async function requestForIdentity(clientId: string | null, endpoint: string | null, deps: TokenDeps): Promise<Token> {
  const appService = deps.env["IDENTITY_ENDPOINT"];
  const url = new URL(endpoint ?? appService ?? INSTANCE_METADATA);
  url.searchParams.set("api-version", appService && endpoint === null ? "2019-08-01" : "2018-02-01");
  url.searchParams.set("resource", `${deps.cloud.resourceManager}/`);
  if (clientId !== null) url.searchParams.set("client_id", clientId);
  const headers = { metadata: "true", "x-identity-header": deps.env["IDENTITY_HEADER"] ?? "" };
  return readToken(await (await deps.fetch(url, { headers })).json(), deps.now);
}

async function requestFromAz({ az, cloud, subscriptionId }: TokenDeps): Promise<Token> {
  const result = await az.token(`${cloud.resourceManager}/.default`, subscriptionId);
  if (result.kind === "ok") return result.value;
  throw signInError(result.kind === "missing" ? "az: executable file not found" : result.text);
}

function readToken(answer: unknown, now: () => number): Token {
  const { access_token, expires_in, error_description, error } = answer as Record<string, string | undefined>;
  if (access_token === undefined)
    throw signInError(error_description ?? error ?? "The answer contains no access token.");
  return { token: access_token, expiresAtMs: now() + Number(expires_in ?? 0) * 1000 };
}

function signInError(text: string): OperationError {
  return new OperationError({ code: "ERR_PREFLIGHT_SIGN_IN", message: `Azure issued no token: ${text}` });
}
