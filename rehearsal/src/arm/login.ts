import { createHmac, randomUUID } from "node:crypto";
import { isSameSecret } from "@same-kit/shared";
import type { Answer, MiniRequest } from "../http/answer.ts";
import type { RegisteredCredential } from "./client-assertion.ts";
import { isProof } from "./client-assertion.ts";
import { guidFrom, hostKeyFrom } from "./derive.ts";
import { DeviceCodes } from "./device-codes.ts";

/** A service principal. */
export type Client = { clientId: string; clientSecret: string };

/** The subscription of a mini Azure, and the service principal that rehearses in it. */
export type Account = Client & {
  tenantId: string;
  subscriptionId: string;
  /** Key that signs tokens. */
  tokenKey: string;
};

type LoginOptions = {
  account: Account;
  /** Credentials that the client may present instead of its secret. Default: none. */
  registered?: readonly RegisteredCredential[];
  now?: () => number;
};

const TOKEN_LIFETIME_S = 3_600;
const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
// Tenant names that mean "the tenant of the user who signs in"; a device code leaves the tenant open.
const ANY_TENANT = ["common", "organizations"];

/**
 * Another service principal with the same rights; resources that it creates are foreign. It is derived from the
 * account, so that every process that opens this cloud gets the same one.
 */
export function colleagueOf({ tokenKey }: Account): Client {
  return { clientId: guidFrom(`${tokenKey}/colleague`), clientSecret: hostKeyFrom(tokenKey, "colleague") };
}

/** A new account with random ids and secrets. */
export function createAccount(): Account {
  return {
    tenantId: randomUUID(),
    subscriptionId: randomUUID(),
    clientId: randomUUID(),
    clientSecret: randomUUID(),
    tokenKey: randomUUID(),
  };
}

/** The OAuth token endpoint: client credentials by secret, certificate or federated token, or a device code. */
export class Login {
  readonly #account: Account;
  readonly #clients: readonly Client[];
  readonly #registered: readonly RegisteredCredential[];
  readonly #now: () => number;
  readonly #deviceCodes: DeviceCodes;

  constructor({ account, registered = [], now = Date.now }: LoginOptions) {
    this.#account = account;
    this.#clients = [account, colleagueOf(account)];
    this.#registered = registered;
    this.#now = now;
    this.#deviceCodes = new DeviceCodes(now);
  }

  token(request: MiniRequest, tenant: string): Answer {
    const form = readForm(request);
    const grant = form.get("grant_type");
    const isOurTenant = tenant.toLowerCase() === this.#account.tenantId;
    if (grant === DEVICE_GRANT && (isOurTenant || ANY_TENANT.includes(tenant))) return this.#deviceToken(form);
    if (!isOurTenant) return tenantNotFound(tenant);
    if (grant !== "client_credentials")
      return oauthError(400, "unsupported_grant_type", `AADSTS70003: The grant type '${grant}' is not supported.`);
    return this.#clientToken(form, request);
  }

  /**
   * Starts a sign-in without a browser. A code is only issued for a known client of this cloud: its id is as hard to
   * guess as a code, and is stored only in the state file.
   */
  deviceCode(request: MiniRequest, loginUrl: string): Answer {
    const asked = readForm(request).get("client_id") ?? "";
    const client = this.#clientOf(asked);
    if (client === undefined) return this.#unknownClient(asked);
    const { deviceCode, userCode, expiresInS } = this.#deviceCodes.issue(client.clientId);
    return {
      status: 200,
      body: {
        device_code: deviceCode,
        user_code: userCode,
        verification_uri: `${loginUrl}/device`,
        expires_in: expiresInS,
        interval: 1,
        message: `To sign in, use a web browser to open ${loginUrl}/device and enter the code ${userCode}.`,
      },
    };
  }

  /** Whether the request carries a valid token of ours. */
  isAuthorized({ headers }: Pick<MiniRequest, "headers">): boolean {
    const [head = "", claims = "", signature = ""] = (headers.authorization ?? "").replace(/^Bearer /i, "").split(".");
    if (!isSameSecret(signature, this.#sign(`${head}.${claims}`))) return false;
    const { exp } = JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as { exp: number };
    return exp * 1_000 > this.#now();
  }

  #clientToken(form: URLSearchParams, { url }: MiniRequest): Answer {
    const asked = form.get("client_id") ?? "";
    const client = this.#clientOf(asked);
    if (client === undefined) return this.#unknownClient(asked);
    if (form.get("client_assertion_type") !== ASSERTION_TYPE) {
      return isSameSecret(form.get("client_secret") ?? "", client.clientSecret)
        ? this.#grant(client.clientId)
        : oauthError(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.");
    }
    // Registered credentials belong to the account; the colleague only has a secret.
    const isOurs = client.clientId === this.#account.clientId;
    const context = {
      clientId: client.clientId,
      tokenUrl: url.origin + url.pathname,
      registered: isOurs ? this.#registered : [],
      nowMs: this.#now(),
    };
    return isProof(form.get("client_assertion") ?? "", context)
      ? this.#grant(client.clientId)
      : oauthError(
          401,
          "invalid_client",
          "AADSTS700027: The client assertion is expired, not for this client, or not signed by what is registered for it.",
        );
  }

  #deviceToken(form: URLSearchParams): Answer {
    const client = form.get("client_id") ?? "";
    const result = this.#deviceCodes.exchange(form.get("device_code") ?? "", client.toLowerCase());
    switch (result.kind) {
      case "granted":
        return this.#grant(result.clientId);
      case "pending":
        return oauthError(
          400,
          "authorization_pending",
          "AADSTS70016: OAuth 2.0 device flow error. Authorization is pending.",
        );
      case "expired":
        return oauthError(400, "expired_token", "AADSTS70020: The provided device code has expired.");
      case "unknown":
        return oauthError(
          400,
          "bad_verification_code",
          "AADSTS70018: The device code is not one that was issued to this client, or it was used before.",
        );
    }
  }

  #clientOf(id: string): Client | undefined {
    return this.#clients.find(({ clientId }) => isSameSecret(clientId, id.toLowerCase()));
  }

  #unknownClient(id: string): Answer {
    const message = `AADSTS700016: Application with identifier '${id}' was not found in the directory '${this.#account.tenantId}'.`;
    return oauthError(400, "unauthorized_client", message);
  }

  #grant(clientId: string): Answer {
    const { tenantId } = this.#account;
    const exp = Math.floor(this.#now() / 1_000) + TOKEN_LIFETIME_S;
    const head = encodeSegment({ alg: "HS256", typ: "JWT" });
    const claims = encodeSegment({ oid: clientId, tid: tenantId, appid: clientId, idtyp: "app", exp });
    const token = `${head}.${claims}.${this.#sign(`${head}.${claims}`)}`;
    return { status: 200, body: { token_type: "Bearer", expires_in: TOKEN_LIFETIME_S, access_token: token } };
  }

  #sign(text: string): string {
    return createHmac("sha256", this.#account.tokenKey).update(text).digest("base64url");
  }
}

function readForm({ body }: MiniRequest): URLSearchParams {
  return new URLSearchParams(body.toString("utf8"));
}

function tenantNotFound(tenant: string): Answer {
  return oauthError(400, "invalid_request", `AADSTS90002: Tenant '${tenant}' not found.`);
}

/** An error response of the OAuth token endpoint. */
export function oauthError(status: number, error: string, description: string): Answer {
  return { status, body: { error, error_description: description, correlation_id: randomUUID() } };
}

function encodeSegment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
