// Typed calls of the management API. The inspected app may run in Azure, so responses are not trusted.

import { isRecord } from "@same-kit/shared";
import type { WebhookHandler, WebhookResponse } from "../shared/http-message.ts";
import { RequestProblem } from "./problem.ts";

/** An object returned by the API; members are validated individually. */
export type ApiObject = Readonly<Record<string, unknown>>;

type Page = { items: ApiObject[]; continuationToken: string | null };

const CONTINUATION = "x-ms-continuation-token";
const BASE = "http://localhost/runtime/webhooks/durabletask";

type Call = { query?: Readonly<Record<string, string>>; token?: string | null; body?: unknown };

/**
 * Calls the management API of what is inspected. Methods reject with a {@link RequestProblem} for an error response.
 */
export class ManagementApi {
  readonly #handle: WebhookHandler;

  constructor(handle: WebhookHandler) {
    this.#handle = handle;
  }

  instances(token: string | null, top: number): Promise<Page> {
    return this.#page("/instances", { query: { top: String(top), showInput: "false" }, token });
  }

  entities(token: string | null, top: number): Promise<Page> {
    return this.#page("/entities/", { query: { top: String(top), fetchState: "true" }, token });
  }

  /** @returns null if it does not exist. */
  async instance(id: string, { isWhole = false } = {}): Promise<ApiObject | null> {
    const query = { showInput: String(isWhole), showHistory: String(isWhole), showHistoryOutput: "true" };
    return asObject(await this.#ask("GET", `/instances/${segment(id)}`, { query }, [404]));
  }

  /** The state; undefined if the entity does not exist or has no state. */
  async entity(name: string, key: string): Promise<unknown> {
    const answer = await this.#ask("GET", `/entities/${segment(name)}/${segment(key === "" ? "$" : key)}`, {}, [404]);
    return answer.status === 404 ? undefined : parse(answer);
  }

  async signalEntity(name: string, key: string, operation: string, data: unknown): Promise<void> {
    const path = `/entities/${segment(name)}/${segment(key === "" ? "$" : key)}`;
    await this.#ask("POST", path, { query: { op: operation }, body: data });
  }

  /** @returns The instance id. */
  async start(name: string, id: string | undefined, input: unknown): Promise<string> {
    const path = `/orchestrators/${segment(name)}${id === undefined ? "" : `/${segment(id)}`}`;
    return idIn(await this.#ask("POST", path, { body: input }));
  }

  async raise(id: string, event: string, data: unknown): Promise<void> {
    await this.#ask("POST", `/instances/${segment(id)}/raiseEvent/${segment(event)}`, { body: data ?? null });
  }

  async act(id: string, action: "suspend" | "resume" | "terminate" | "rewind", reason: string): Promise<void> {
    await this.#ask("POST", `/instances/${segment(id)}/${action}`, { query: { reason } });
  }

  /** @returns The id of the started instance. */
  async restart(id: string, sameId: boolean): Promise<string> {
    const query = { restartWithNewInstanceId: String(!sameId) };
    return idIn(await this.#ask("POST", `/instances/${segment(id)}/restart`, { query }));
  }

  /** @returns Whether it existed. */
  async purge(id: string): Promise<boolean> {
    return (await this.#ask("DELETE", `/instances/${segment(id)}`, {}, [404])).status !== 404;
  }

  async #page(path: string, call: Call): Promise<Page> {
    const answer = await this.#ask("GET", path, call);
    const items = parse(answer);
    const token = headerOf(answer, CONTINUATION);
    return {
      items: Array.isArray(items) ? items.filter(isRecord) : [],
      continuationToken: token === "" ? null : token,
    };
  }

  /** @throws RequestProblem with the API's message, unless the status is expected. */
  async #ask(
    method: string,
    path: string,
    { query = {}, token = null, body }: Call,
    expected: readonly number[] = [],
  ): Promise<WebhookResponse> {
    const url = new URL(`${BASE}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const headers = {
      ...(token === null ? {} : { [CONTINUATION]: token }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
    const answer = await this.#handle({ method, url, headers, body: bytes });
    if (answer.status < 300 || expected.includes(answer.status)) return answer;
    throw toProblem(answer);
  }
}

/** A slash is a separator, encoded or not: an id that contains one has no URL in this API. */
function segment(text: string): string {
  if (!text.includes("/")) return encodeURIComponent(text);
  throw new RequestProblem(400, `The management API has no address for "${text}": an ID with a slash.`);
}

function asObject(answer: WebhookResponse): ApiObject | null {
  if (answer.status === 404) return null;
  const value = parse(answer);
  return isRecord(value) ? value : null;
}

function parse({ body = "" }: WebhookResponse): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

function headerOf({ headers = {} }: WebhookResponse, name: string): string {
  return Object.entries(headers).find(([it]) => it.toLowerCase() === name)?.[1] ?? "";
}

function idIn(answer: WebhookResponse): string {
  const value = parse(answer);
  if (isRecord(value) && typeof value["id"] === "string") return value["id"];
  throw new RequestProblem(502, "The answer names no instance.");
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: "The app requires the key of its management API.",
  404: "There is no such instance.",
  410: "The instance has ended.",
};

function toProblem(answer: WebhookResponse): RequestProblem {
  const { status } = answer;
  const value = parse(answer);
  const said =
    typeof value === "string" ? value : isRecord(value) ? (value["ExceptionMessage"] ?? value["Message"]) : null;
  const message = typeof said === "string" ? said : (REFUSALS[status] ?? `The management API answered ${status}.`);
  return new RequestProblem(status === 401 ? 502 : status, message);
}
