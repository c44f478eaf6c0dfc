import { setTimeout as delay } from "node:timers/promises";
import { ArmError } from "./arm-error.ts";
import type { Credentials } from "./credentials.ts";
import type { HttpsAnswer } from "./https-json.ts";
import { sendHttps } from "./https-json.ts";

export type ArmResource = { id: string; [property: string]: unknown };

type Metadata = { resourceManager: string; authentication: { loginEndpoint: string } };

const METADATA_API_VERSION = "2022-09-01";
// This word distinguishes Terraform's requests from a publisher's, here as in Azure's own logs.
const USER_AGENT = "HashiCorp Terraform; same-kit stand-in azurerm";
const DEFAULT_RETRY_MS = 1_000;
// Header by which a stand-in for Azure tells azurerm 5 not to wait between polls.
const SKIP_DELAY_HEADER = "x-go-azure-sdk-skip-polling-delay";

/** Talks to Azure Resource Manager like azurerm: metadata first, then a token, then resources by ID. */
export class ArmClient {
  readonly subscriptionId: string;
  readonly #endpoint: string;
  readonly #token: string;
  readonly #ca: string | undefined;
  readonly #stopped = new AbortController();

  private constructor(fields: { subscriptionId: string; endpoint: string; token: string; ca: string | undefined }) {
    this.subscriptionId = fields.subscriptionId;
    this.#endpoint = fields.endpoint.replace(/\/$/, "");
    this.#token = fields.token;
    this.#ca = fields.ca;
  }

  static async connect(credentials: Credentials): Promise<ArmClient> {
    const { ca, subscriptionId } = credentials;
    const metadata = await fetchMetadata(credentials.metadataHost, ca);
    const token = await fetchToken(metadata, credentials);
    return new ArmClient({ subscriptionId, endpoint: metadata.resourceManager, token, ca });
  }

  /** Aborts running requests: a create then fails with "context canceled", as in azurerm after an interrupt. */
  stop(): void {
    this.#stopped.abort();
  }

  /** @returns null if the resource does not exist. */
  async get(id: string, apiVersion: string): Promise<ArmResource | null> {
    const answer = await this.#send("GET", id, apiVersion);
    if (answer.status === 404) return null;
    return parseAnswer(answer) as ArmResource;
  }

  /** For a collection that always exists, so that "not found" means something else. */
  async list<Item>(path: string, apiVersion: string): Promise<{ value: Item[] }> {
    return parseAnswer(await this.#send("GET", path, apiVersion)) as { value: Item[] };
  }

  async put(id: string, apiVersion: string, body: unknown): Promise<void> {
    await this.#finish(await this.#send("PUT", id, apiVersion, body));
  }

  async post<Result>(id: string, apiVersion: string, body: unknown = {}): Promise<Result> {
    return parseAnswer(await this.#send("POST", id, apiVersion, body)) as Result;
  }

  /** A resource that is already gone is not an error. */
  async delete(id: string, apiVersion: string): Promise<void> {
    const answer = await this.#send("DELETE", id, apiVersion);
    if (answer.status !== 404) await this.#finish(answer);
  }

  async #send(method: string, path: string, apiVersion: string, body?: unknown): Promise<HttpsAnswer> {
    const separator = path.includes("?") ? "&" : "?";
    const url = path.startsWith("https:") ? path : `${this.#endpoint}${path}${separator}api-version=${apiVersion}`;
    try {
      return await sendHttps({
        method,
        url,
        headers: {
          authorization: `Bearer ${this.#token}`,
          "content-type": "application/json",
          "user-agent": USER_AGENT,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        ca: this.#ca,
        signal: this.#stopped.signal,
      });
    } catch (error) {
      throw this.#stopped.signal.aborted ? new Error("context canceled", { cause: error }) : error;
    }
  }

  /** Polls a long-running operation until it ends. */
  async #finish(answer: HttpsAnswer): Promise<void> {
    let last = answer;
    const location = answer.headers["azure-asyncoperation"] ?? answer.headers.location;
    if (answer.status !== 202 && answer.headers["azure-asyncoperation"] === undefined) {
      parseAnswer(answer);
      return;
    }
    if (typeof location !== "string") return;
    for (;;) {
      await this.#waitToPoll(last);
      last = await this.#send("GET", location, "");
      if (last.status === 202) continue;
      const status = (parseAnswer(last) as { status?: string } | null)?.status ?? "Succeeded";
      if (status === "Succeeded") return;
      if (status === "Failed" || status === "Canceled") throw new ArmError(409, last.text);
    }
  }

  async #waitToPoll(answer: HttpsAnswer): Promise<void> {
    const seconds = Number(answer.headers["retry-after"]);
    const skip = answer.headers[SKIP_DELAY_HEADER] === "true" && !(seconds > 0);
    const waitMs = skip ? 0 : seconds > 0 ? seconds * 1_000 : DEFAULT_RETRY_MS;
    try {
      await delay(waitMs, undefined, { signal: this.#stopped.signal });
    } catch (error) {
      throw new Error("polling after CreateOrUpdate: context canceled", { cause: error });
    }
  }
}

function parseAnswer(answer: HttpsAnswer): unknown {
  if (answer.status >= 300) throw new ArmError(answer.status, answer.text);
  return answer.text === "" ? null : JSON.parse(answer.text);
}

async function fetchMetadata(metadataHost: string, ca: string | undefined): Promise<Metadata> {
  const url = `https://${metadataHost}/metadata/endpoints?api-version=${METADATA_API_VERSION}`;
  try {
    return parseAnswer(await sendHttps({ method: "GET", url, ca })) as Metadata;
  } catch (error) {
    throw new Error(`retrieving metadata from endpoint "${url}": ${(error as Error).message}`, { cause: error });
  }
}

async function fetchToken(metadata: Metadata, credentials: Credentials): Promise<string> {
  const base = metadata.authentication.loginEndpoint.replace(/\/$/, "");
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
    scope: `${metadata.resourceManager.replace(/\/$/, "")}/.default`,
  });
  const answer = await sendHttps({
    method: "POST",
    url: `${base}/${credentials.tenantId}/oauth2/v2.0/token`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
    ca: credentials.ca,
  });
  if (answer.status !== 200) {
    throw new Error(
      `building account: could not acquire access token to parse claims: clientCredentialsToken: received HTTP status ${answer.status} with response: ${answer.text}`,
    );
  }
  return (JSON.parse(answer.text) as { access_token: string }).access_token;
}
