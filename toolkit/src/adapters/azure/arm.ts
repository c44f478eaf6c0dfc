import { OperationError } from "@same-kit/shared";
import { brokenConnection, connectionError } from "../network.ts";
import type { Cloud } from "./cloud.ts";
import type { TokenSource } from "./tokens.ts";

type ArmResponse = { ok: boolean; status: number; headers: Headers; text: string };

type ArmAnswer = { status: number; body: unknown };

/** A request that Azure Resource Manager refused. */
export class ArmError extends OperationError<"ERR_ARM"> {
  readonly status: number;
  /** Azure's own code, such as `AuthorizationFailed`; empty if it gave none. */
  readonly azureCode: string;

  constructor(fields: {
    method: string;
    path: string;
    status: number;
    azureCode: string;
    text: string;
    correlationId: string;
  }) {
    const { method, path, status, azureCode, text, correlationId } = fields;
    const message = `${method} ${path}: unexpected status ${status} with error: ${azureCode}: ${text}`;
    super({ code: "ERR_ARM", message, hint: `Azure's correlation id is ${correlationId || "unknown"}.` });
    this.status = status;
    this.azureCode = azureCode;
  }
}

type ArmDeps = {
  cloud: Cloud;
  token: TokenSource;
  fetch: typeof fetch;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Aborts requests and the waits between them. */
  signal: AbortSignal;
};

const RETRIES = 3;
const RETRY_MS = 2_000;
// Azure Resource Manager itself gives up after a minute.
const ANSWER_LIMIT_MS = 90_000;

/** Azure Resource Manager, by paths such as `/subscriptions/{id}`. */
export class ArmClient {
  readonly #deps: ArmDeps;

  constructor(deps: ArmDeps) {
    this.#deps = deps;
  }

  /**
   * @returns the body; null if the resource does not exist.
   * @throws OperationError `ERR_NETWORK` if the answer is not JSON, such as a proxy's page: it must not count as "not found".
   */
  async find(path: string, apiVersion: string): Promise<unknown | null> {
    const answer = await this.#request("GET", path, apiVersion);
    if (answer.status === 404) return null;
    if (answer.body === null)
      throw connectionError("something between here and Azure, such as a proxy, answered instead of it", null);
    return answer.body;
  }

  /** Every page of a collection; null if the resource does not exist. */
  async list<Item>(path: string, apiVersion: string): Promise<Item[] | null> {
    const items: Item[] = [];
    for (let next: string | null = path; next !== null; ) {
      const page = (await this.find(next, apiVersion)) as { value?: Item[]; nextLink?: string } | null;
      if (page === null) return null;
      items.push(...(page.value ?? []));
      next = page.nextLink ? this.#pathOf(page.nextLink) : null;
    }
    return items;
  }

  /** The path of a page's URL without its API version, which each request adds. */
  #pathOf(nextLink: string): string {
    const { origin, pathname, searchParams } = new URL(nextLink);
    const { resourceManager } = this.#deps.cloud;
    // The token is for this cloud only.
    if (origin !== new URL(resourceManager).origin) throw connectionError(`a page of the result is at ${origin}`, null);
    searchParams.delete("api-version");
    return `${pathname}?${searchParams}`;
  }

  /** Starts the removal, which Azure finishes in the background; a missing resource is not an error. */
  async delete(path: string, apiVersion: string): Promise<void> {
    await this.#request("DELETE", path, apiVersion);
  }

  /** @throws ArmError for any status other than 2xx. */
  async post(path: string, apiVersion: string, body?: unknown): Promise<unknown> {
    const answer = await this.#request("POST", path, apiVersion, body);
    return answer.body;
  }

  /** @throws ArmError for any status other than 2xx. */
  async put(path: string, apiVersion: string, body: unknown): Promise<unknown> {
    const answer = await this.#request("PUT", path, apiVersion, body);
    return answer.body;
  }

  async #request(method: string, path: string, apiVersion: string, body?: unknown): Promise<ArmAnswer> {
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#send(method, path, apiVersion, body).catch((error: unknown) => {
        this.#deps.signal.throwIfAborted();
        const why = brokenConnection(error);
        if (why === null) throw error;
        if (attempt >= RETRIES) throw connectionError(why, error);
        return null;
      });
      if (response === null) {
        await this.#deps.sleep(RETRY_MS * 2 ** attempt, this.#deps.signal);
        continue;
      }
      const { text } = response;
      if (response.ok || (response.status === 404 && method !== "POST"))
        return { status: response.status, body: parse(text) };
      if (attempt >= RETRIES || !isTransient(response.status)) throw toArmError(method, path, response, text);
      await this.#deps.sleep(retryAfterMs(response) ?? RETRY_MS * 2 ** attempt, this.#deps.signal);
    }
  }

  async #send(method: string, path: string, apiVersion: string, body: unknown): Promise<ArmResponse> {
    const { cloud, token, fetch } = this.#deps;
    const signal = AbortSignal.any([this.#deps.signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]);
    const url = `${cloud.resourceManager}${path}${path.includes("?") ? "&" : "?"}api-version=${apiVersion}`;
    const headers: Record<string, string> = { authorization: `Bearer ${await token()}`, accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(url, { method, headers, signal, ...json });
    const { ok, status } = response;
    return { ok, status, headers: response.headers, text: await response.text() };
  }
}

const isTransient = (status: number): boolean => status === 429 || status >= 500;

function retryAfterMs(response: ArmResponse): number | null {
  const seconds = Number(response.headers.get("retry-after"));
  return seconds > 0 ? seconds * 1000 : null;
}

function toArmError(method: string, path: string, response: ArmResponse, text: string): ArmError {
  const { error } = (parse(text) ?? {}) as { error?: { code?: string; message?: string } };
  return new ArmError({
    method,
    path,
    status: response.status,
    azureCode: error?.code ?? "",
    text: error?.message ?? text.slice(0, 500),
    correlationId: response.headers.get("x-ms-correlation-request-id") ?? "",
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
