import { isRecord, reasonOf } from "@same-kit/shared";
import type { InstanceFilter, InstanceItem } from "../../ports.ts";
import { managementError, refusal } from "./management-errors.ts";

export type ManagementAddress = {
  url: string;
  /** The extension's system key of a deployed app; null if none is required. */
  managementKey: string | null;
};

const PAGE = 100;
const CONTINUATION = "x-ms-continuation-token";
const BASE = "/runtime/webhooks/durabletask";

/** The HTTP API of Durable Functions, on a local host or a deployed app. */
export class ManagementClient {
  readonly #address: ManagementAddress;
  readonly #fetch: typeof globalThis.fetch;
  readonly #signal: AbortSignal;

  constructor(address: ManagementAddress, deps: { fetch: typeof globalThis.fetch; signal: AbortSignal }) {
    this.#address = address;
    this.#fetch = deps.fetch;
    this.#signal = deps.signal;
  }

  /** The newest first within a page; at most `top`. */
  async list(filter: InstanceFilter, top: number): Promise<InstanceItem[]> {
    const found: InstanceItem[] = [];
    let token = "";
    do {
      const page = await this.page(filter, Math.min(top - found.length, PAGE), token);
      found.push(...page.instances);
      token = page.nextToken;
    } while (token !== "" && found.length < top);
    return found.slice(0, top);
  }

  /**
   * @param token - The start of the page: `nextToken` of the previous one, or empty.
   * @returns `nextToken` is empty at the end.
   */
  async page(
    filter: InstanceFilter,
    top: number,
    token: string,
  ): Promise<{ instances: InstanceItem[]; nextToken: string }> {
    const query = { ...queryOf(filter), top: String(top), showInput: "false" };
    const answer = await this.#ask("GET", "/instances", query, { headers: { [CONTINUATION]: token } });
    return {
      instances: (await answer.json()) as InstanceItem[],
      nextToken: answer.headers.get(CONTINUATION) ?? "",
    };
  }

  async show(id: string, { withHistory = false } = {}): Promise<InstanceItem> {
    const query: Record<string, string> = withHistory ? { showHistory: "true", showHistoryOutput: "true" } : {};
    return (await (await this.#ask("GET", instance(id), query)).json()) as InstanceItem;
  }

  /** @param input - JSON text. @returns the instance's ID. */
  async start(name: string, input: string | undefined, id: string | undefined): Promise<string> {
    const path = `/orchestrators/${encodeURIComponent(name)}${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;
    return idIn(await (await this.#ask("POST", path, {}, { body: input ?? "" })).json());
  }

  /** @param data - JSON text. */
  async raise(id: string, event: string, data: string): Promise<void> {
    await this.#ask("POST", `${instance(id)}/raiseEvent/${encodeURIComponent(event)}`, {}, { body: data });
  }

  async act(
    id: string,
    action: "suspend" | "resume" | "terminate" | "rewind",
    reason: string | undefined,
  ): Promise<void> {
    await this.#ask("POST", `${instance(id)}/${action}`, reason === undefined ? {} : { reason });
  }

  /** @returns the ID of the restarted instance. */
  async restart(id: string, { isSameId }: { isSameId: boolean }): Promise<string> {
    const query = { restartWithNewInstanceId: String(!isSameId) };
    return idIn(await (await this.#ask("POST", `${instance(id)}/restart`, query)).json());
  }

  /** @returns how many instances were removed. */
  async purge(id: string): Promise<number> {
    return countIn(await (await this.#ask("DELETE", instance(id), {})).json());
  }

  /** Removes instances that have ended. @returns how many. */
  async purgeMany(filter: InstanceFilter): Promise<number> {
    const answer = await this.#ask("DELETE", "/instances", queryOf(filter), { mayBeMissing: true });
    return answer.status === 404 ? 0 : countIn(await answer.json());
  }

  async #ask(
    method: string,
    path: string,
    query: Record<string, string>,
    {
      body,
      headers = {},
      mayBeMissing = false,
    }: { body?: string; headers?: Record<string, string>; mayBeMissing?: boolean } = {},
  ): Promise<Response> {
    const { url, managementKey } = this.#address;
    const target = new URL(`${url}${BASE}${path}`);
    for (const [name, value] of Object.entries(query)) target.searchParams.append(name, value);
    const sent = {
      ...headers,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      // Not in the URL, because URLs are logged.
      ...(managementKey === null ? {} : { "x-functions-key": managementKey }),
    };
    let answer: Response;
    try {
      answer = await this.#fetch(target, {
        method,
        headers: sent,
        signal: this.#signal,
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      this.#signal.throwIfAborted();
      throw managementError("ERR_APP_UNREACHABLE", `${url} does not answer: ${reasonOf(error)}.`);
    }
    if (answer.ok || (mayBeMissing && answer.status === 404)) return answer;
    throw await refusal(answer, url);
  }
}

const instance = (id: string): string => `/instances/${encodeURIComponent(id)}`;

function queryOf({ prefix, statuses, from, to }: InstanceFilter): Record<string, string> {
  return {
    ...(prefix === undefined ? {} : { instanceIdPrefix: prefix }),
    ...(statuses.length === 0 ? {} : { runtimeStatus: statuses.join(",") }),
    ...(from === undefined ? {} : { createdTimeFrom: from }),
    ...(to === undefined ? {} : { createdTimeTo: to }),
  };
}

function idIn(value: unknown): string {
  if (isRecord(value) && typeof value["id"] === "string") return value["id"];
  throw managementError("ERR_APP_ANSWER", "The answer to the start names no instance.");
}

function countIn(value: unknown): number {
  return isRecord(value) && typeof value["instancesDeleted"] === "number" ? value["instancesDeleted"] : 0;
}
