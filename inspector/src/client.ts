// Requests to the page's own server. The token required for changes stays in this module.

import { type Home, type Problem, TOKEN_HEADER } from "../../local/src/inspector/api.ts";

let token = "";

/** A refused request, with a message for the user of the page. */
export class RequestError extends Error {
  readonly status: number;
  readonly hint: string | undefined;

  constructor(status: number, { error, hint }: Problem) {
    super(error);
    this.status = status;
    this.hint = hint;
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** @throws RequestError; status 0 if the server does not answer. */
export async function get<Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> {
  return ask(urlOf(path, query), signal === undefined ? {} : { signal });
}

/** @throws RequestError */
export async function post<Answer>(path: string, query: Query = {}, body: unknown = {}): Promise<Answer> {
  if (token === "") await loadHome();
  const headers = { "content-type": "application/json", [TOKEN_HEADER]: token };
  return ask(urlOf(path, query), { method: "POST", headers, body: JSON.stringify(body) });
}

/** Loads the server's description of itself, and remembers its token for later changes. */
export async function loadHome(signal?: AbortSignal): Promise<Home> {
  const home = await get<Home>("api/home", {}, signal);
  token = home.token;
  return home;
}

/** Relative, because the page may be served below any path. */
export function urlOf(path: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap<[string, string]>(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const search = new URLSearchParams(given).toString();
  return search === "" ? path : `${path}?${search}`;
}

async function ask<Answer>(url: string, init: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new RequestError(0, { error: "The host does not answer.", hint: "It may have been stopped." });
  }
  if (response.ok) return (await response.json()) as Answer;
  throw new RequestError(response.status, await problemIn(response));
}

async function problemIn(response: Response): Promise<Problem> {
  try {
    const problem = (await response.json()) as Partial<Problem>;
    if (typeof problem.error === "string") return { ...problem, error: problem.error };
  } catch {
    // Not JSON: a response of the host itself.
  }
  return { error: `The host answered ${response.status}.` };
}
