import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { LocalHost } from "../../local/src/index.ts";
import { waitFor } from "./wait-for.ts";

/** A status as returned by the management API. */
export type DurableStatus = {
  instanceId: string;
  runtimeStatus: string;
  input: unknown;
  output: unknown;
  customStatus: unknown;
  historyEvents?: { EventType: string; Name?: string }[];
};

export type DurableApp = ReturnType<typeof durableApp>;

const TERMINAL = ["Completed", "Failed", "Terminated", "Canceled"];
const json = { "content-type": "application/json" };

export const newInstanceId = (): string => `row-${randomUUID().slice(0, 8)}`;

/** Requests of tests to the app `test/fixtures/apps/conformance` and to the host that runs it. */
export function durableApp(host: () => Pick<LocalHost, "url">) {
  const api = (path: string, init?: RequestInit) => fetch(`${host().url}/runtime/webhooks/durabletask${path}`, init);
  const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
    api(path, {
      method: "POST",
      headers: { ...json, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  /** The HTTP response of a method of the SDK's client in the app. */
  const ask = (op: string, ...args: unknown[]) =>
    fetch(`${host().url}/api/client/${op}`, { method: "POST", headers: json, body: JSON.stringify(args) });

  /** The result of a method of the SDK's client in the app. */
  async function client(op: string, ...args: unknown[]): Promise<unknown> {
    const { value, error } = (await (await ask(op, ...args)).json()) as { value?: unknown; error?: string };
    if (error !== undefined) throw new Error(error);
    return value;
  }
  const start = async (name: string, input?: unknown, options: object = {}) =>
    (await client("startNew", name, { ...(input === undefined ? {} : { input }), ...options })) as string;
  const status = async (id: string, query = "") =>
    (await (await api(`/instances/${id}${query}`)).json()) as DurableStatus;
  const become = (id: string, ...wanted: string[]) =>
    waitFor(
      async () => {
        const found = await status(id);
        return wanted.includes(found.runtimeStatus) && found;
      },
      { what: `${id} to be ${wanted.join(" or ")}` },
    );
  const run = async (name: string, input?: unknown, options: object = {}) =>
    become(await start(name, input, options), ...TERMINAL);
  const ending = async (wanted: string, id: string) => {
    const { runtimeStatus, output } = await become(id, ...TERMINAL);
    expect({ runtimeStatus, output }).toMatchObject({ runtimeStatus: wanted });
    return output;
  };
  const output = async (name: string, input?: unknown, options: object = {}) =>
    ending("Completed", await start(name, input, options));
  const failure = async (name: string, input?: unknown) => String(await ending("Failed", await start(name, input)));

  return { api, post, ask, client, start, status, become, run, output, failure };
}
