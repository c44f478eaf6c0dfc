import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import type { Answer, MiniRequest } from "../http/answer.ts";
import { guidFrom, hostKeyFrom } from "./derive.ts";

/** A service principal. */
export type Client = { clientId: string; clientSecret: string };

/** The subscription of a mini Azure, and the service principal that rehearses in it. */
export type Account = {
  tenantId: string;
  subscriptionId: string;
  clientId: string;
  clientSecret: string;
  /** Signs tokens. */
  tokenKey: string;
};

const TOKEN_LIFETIME_S = 3_600;
const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const FEDERATION_AUDIENCE = "api://AzureADTokenExchange";

/**
 * Another service principal with the same rights: what it makes is somebody else's. Derived, so that every process that opens
 * this cloud knows the same one.
 */
export function colleagueOf({ tokenKey }: Account): Client {
  return { clientId: guidFrom(`${tokenKey}/colleague`), clientSecret: hostKeyFrom(tokenKey, "colleague") };
}

export function createAccount(): Account {
  return {
    tenantId: randomUUID(),
    subscriptionId: randomUUID(),
    clientId: randomUUID(),
    clientSecret: randomUUID(),
    tokenKey: randomUUID(),
  };
}

/**
 * The OAuth token endpoint: client credentials by secret, certificate or federated token, or a device code that is granted at
 * the second poll.
 */
export class Login {
  readonly #account: Account;
  readonly #clients: readonly Client[];
  readonly #polledDeviceCodes = new Set<string>();

  constructor(account: Account) {
    this.#account = account;
    this.#clients = [account, colleagueOf(account)];
  }

  token(request: MiniRequest, tenant: string): Answer {
    const form = new URLSearchParams(request.body.toString("utf8"));
    const grant = form.get("grant_type");
    if (grant === DEVICE_GRANT) return this.#deviceToken(form.get("device_code") ?? "");
    if (tenant.toLowerCase() !== this.#account.tenantId)
      return oauthError(400, "invalid_request", `AADSTS90002: Tenant '${tenant}' not found.`);
    if (grant !== "client_credentials")
      return oauthError(400, "unsupported_grant_type", `AADSTS70003: The grant type '${grant}' is not supported.`);
    return this.#clientToken(form);
  }

  deviceCode(loginUrl: string): Answer {
    const deviceCode = randomUUID();
    const userCode = deviceCode.slice(0, 8).toUpperCase();
    return {
      status: 200,
      body: {
        device_code: deviceCode,
        user_code: userCode,
        verification_uri: `${loginUrl}/device`,
        expires_in: 900,
        interval: 1,
        message: `To sign in, use a web browser to open ${loginUrl}/device and enter the code ${userCode}.`,
      },
    };
  }

  /** Whether the request carries a token of ours that is still valid. */
  isAuthorized(request: MiniRequest): boolean {
    const [head = "", claims = "", signature = ""] = (request.headers.authorization ?? "")
      .replace(/^Bearer /i, "")
      .split(".");
    const expected = Buffer.from(this.#sign(`${head}.${claims}`));
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    const { exp } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as { exp: number };
    return exp * 1_000 > Date.now();
  }

  #clientToken(form: URLSearchParams): Answer {
    const asked = form.get("client_id") ?? "";
    const client = this.#clients.find(({ clientId }) => clientId === asked.toLowerCase());
    if (client === undefined) {
      const message = `AADSTS700016: Application with identifier '${asked}' was not found in the directory '${this.#account.tenantId}'.`;
      return oauthError(400, "unauthorized_client", message);
    }
    const { clientId, clientSecret } = client;
    if (form.get("client_assertion_type") === ASSERTION_TYPE) {
      return isProof(form.get("client_assertion") ?? "", clientId)
        ? this.#grant(clientId)
        : oauthError(401, "invalid_client", "AADSTS700027: The client assertion is expired, or not for this client.");
    }
    return form.get("client_secret") === clientSecret
      ? this.#grant(clientId)
      : oauthError(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.");
  }

  #deviceToken(deviceCode: string): Answer {
    if (this.#polledDeviceCodes.has(deviceCode)) return this.#grant(this.#account.clientId);
    this.#polledDeviceCodes.add(deviceCode);
    return oauthError(
      400,
      "authorization_pending",
      "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending.",
    );
  }

  #grant(clientId: string): Answer {
    const { tenantId } = this.#account;
    const exp = Math.floor(Date.now() / 1_000) + TOKEN_LIFETIME_S;
    const head = encodeSegment({ alg: "HS256", typ: "JWT" });
    const claims = encodeSegment({ oid: clientId, tid: tenantId, appid: clientId, idtyp: "app", exp });
    const token = `${head}.${claims}.${this.#sign(`${head}.${claims}`)}`;
    return { status: 200, body: { token_type: "Bearer", expires_in: TOKEN_LIFETIME_S, access_token: token } };
  }

  #sign(text: string): string {
    return createHmac("sha256", this.#account.tokenKey).update(text).digest("base64url");
  }
}

/**
 * Whether a client assertion speaks for the client: its own, as a certificate signs it, or one that another issuer made for the
 * exchange. Signatures are not looked at: this cloud was never told a key.
 */
function isProof(assertion: string, clientId: string): boolean {
  const { iss, aud, exp } = readClaims(assertion);
  if (!(Number(exp) * 1_000 > Date.now())) return false;
  return iss === clientId || aud === FEDERATION_AUDIENCE;
}

function readClaims(token: string): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function oauthError(status: number, error: string, description: string): Answer {
  return { status, body: { error, error_description: description, correlation_id: randomUUID() } };
}

function encodeSegment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
