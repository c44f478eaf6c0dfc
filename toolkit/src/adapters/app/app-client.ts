// Our own client of a deployed or local app. It uses the protocol of upstream's client (a POST that must be answered with 202, then
// statusQueryGetUri until the run has ended), and reads our additions next to the session context.

import {
  ACCESS_KEY_HEADER,
  BLOB_SIZE_HEADER,
  type CacheSummary,
  type ClearedCache,
  FILES_HEADER,
  type FilesRequest,
  type InitiateRequest,
  KEPT_STEPS_HEADER,
  type MissingFiles,
  RUN_ID_HEADER,
  SAME_ENV_HEADER,
} from "@same-kit/functions-app/contract";
import type { AppAddress } from "./app-address.ts";
import { fieldOf, isException, notKept, notStored, refused, tooOld, unauthorized, unreachable } from "./app-errors.ts";
import { parseCacheSummary, parseClearedCache } from "./cache-answers.ts";
import {
  type AnsweredRun,
  type AnsweredWholeRun,
  parseMissingFiles,
  parseRunDetails,
  parseRunStatus,
  parseStartedRun,
  parseWholeRun,
  type RunStatus,
  type StartedRun,
} from "./run-status.ts";

const ANSWER_LIMIT_MS = 30_000;
// One file of 100 MiB, on a slow line.
const UPLOAD_LIMIT_MS = 10 * 60_000;

/** What the client asks; header names are in lower case. */
export type AppRequest = {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
  redirect: "error";
  signal: AbortSignal;
};

/** What it reads of the answer: a part of `Response`. */
export type AppAnswer = {
  status: number;
  headers: { get(name: string): string | null };
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
};

/** `fetch`, or less of it. */
export type AppFetch = (url: string, request: AppRequest) => Promise<AppAnswer>;

export type AppClientOptions = { address: AppAddress; fetch: AppFetch };

type StartOptions = {
  /** The requested instance ID. */
  runId?: string;
  /** SAME_ENV. */
  sameEnv?: string;
  /** The manifest of the run's files, from the response of `missingFiles`. */
  files?: string;
  /** The earlier run whose first steps are kept. */
  continues?: { id: string; steps: number };
  signal: AbortSignal;
};

export type StartedWithFiles = {
  started: StartedRun;
  /** The manifest's SHA-256; null if the app has ignored the files. */
  manifest: string | null;
};

export class AppClient {
  readonly #address: AppAddress;
  readonly #fetch: AppFetch;

  constructor({ address, fetch }: AppClientOptions) {
    this.#address = address;
    this.#fetch = fetch;
  }

  /** @throws OperationError `ERR_APP_UNREACHABLE`, `ERR_APP_UNAUTHORIZED`, `ERR_APP_REFUSED`, `ERR_APP_ANSWER`. */
  async start(request: InitiateRequest, options: StartOptions): Promise<StartedRun> {
    const { continues } = options;
    const response = await this.#initiate(request, options);
    const text = await response.text();
    if (response.status === 404 && continues !== undefined) throw notKept(this.#address, continues.id);
    if (response.status === 410) throw notStored(text);
    return this.#toStarted(response, text);
  }

  /**
   * Starts a run together with its files.
   *
   * @returns null if the app takes files only before the start, as earlier versions do, or no request of this size.
   */
  async startWithFiles(
    request: InitiateRequest,
    files: FilesRequest,
    options: Omit<StartOptions, "files" | "continues">,
  ): Promise<StartedWithFiles | null> {
    const response = await this.#initiate({ ...request, files }, options);
    const text = await response.text();
    if (response.status === 413 || (response.status === 400 && fieldOf(text) === "files")) return null;
    return { started: this.#toStarted(response, text), manifest: response.headers.get(FILES_HEADER) };
  }

  async #initiate(request: InitiateRequest, options: StartOptions): Promise<AppAnswer> {
    const { runId, sameEnv, files, continues, signal } = options;
    const route = continues === undefined ? "initiate" : `runs/${encodeURIComponent(continues.id)}/continue`;
    const url = `${this.#address.url}/api/${route}`;
    const headers: Record<string, string> = { "content-type": "application/json", ...this.#keyHeader() };
    if (runId !== undefined) headers[RUN_ID_HEADER] = runId;
    if (sameEnv !== undefined) headers[SAME_ENV_HEADER] = sameEnv;
    if (files !== undefined) headers[FILES_HEADER] = files;
    if (continues !== undefined) headers[KEPT_STEPS_HEADER] = String(continues.steps);
    // The kept steps are copied first.
    const limitMs = continues === undefined ? ANSWER_LIMIT_MS : UPLOAD_LIMIT_MS;
    const body = JSON.stringify(request);
    return this.#ask(url, { method: "POST", headers, body, signal }, limitMs);
  }

  #toStarted(response: AppAnswer, text: string): StartedRun {
    if (response.status === 401 || response.status === 403) throw unauthorized(this.#address);
    if (response.status !== 202) throw refused(this.#address, response.status, text);
    return parseStartedRun(text, this.#address.url);
  }

  /** @returns null if the app does not know the run. */
  async status({ statusQueryGetUri }: StartedRun, signal: AbortSignal): Promise<RunStatus | null> {
    const response = await this.#ask(withoutInput(statusQueryGetUri), { signal });
    const text = await response.text();
    // A failed run is 200 on newer hosts and 500 on older ones, with the same body.
    if (response.status === 404) return null;
    const isStatus = [200, 202].includes(response.status) || (response.status === 500 && !isException(text));
    if (!isStatus) throw refused(this.#address, response.status, text);
    return parseRunStatus(text, this.#address.url);
  }

  async terminate({ terminatePostUri }: StartedRun, reason: string, signal: AbortSignal): Promise<void> {
    await this.#post(terminatePostUri, reason, signal);
  }

  async resume({ resumePostUri }: StartedRun, reason: string, signal: AbortSignal): Promise<void> {
    await this.#post(resumePostUri, reason, signal);
  }

  /**
   * What is known about a run's steps, in any state of the run.
   *
   * @returns null if the app does not know the run, or is of a version without this request.
   */
  async details(id: string, signal: AbortSignal): Promise<AnsweredRun | null> {
    const text = await this.#run(id, "", signal);
    return text === null ? null : parseRunDetails(text, this.#address.url);
  }

  /** Adds the request with which the run was started, and its output. @returns null if the app does not know the run. */
  async wholeRun(id: string, signal: AbortSignal): Promise<AnsweredWholeRun | null> {
    const text = await this.#run(id, "?whole=true", signal);
    return text === null ? null : parseWholeRun(text, this.#address.url);
  }

  async #run(id: string, query: string, signal: AbortSignal): Promise<string | null> {
    const url = `${this.#address.url}/api/runs/${encodeURIComponent(id)}${query}`;
    const response = await this.#ask(url, { headers: this.#keyHeader(), signal });
    const text = await response.text();
    if (response.status === 404) return null;
    if (response.status === 401 || response.status === 403) throw unauthorized(this.#address);
    if (response.status !== 200) throw refused(this.#address, response.status, text);
    return text;
  }

  /** Stores the manifest and the given contents. @returns null if the app is of a version that accepts no files. */
  async missingFiles(id: string, files: FilesRequest, signal: AbortSignal): Promise<MissingFiles | null> {
    const url = `${this.#address.url}/api/runs/${encodeURIComponent(id)}/files`;
    const headers = { "content-type": "application/json", ...this.#keyHeader() };
    const response = await this.#ask(url, { method: "POST", headers, body: JSON.stringify(files), signal });
    const text = await response.text();
    if (response.status === 404) return null;
    if (response.status === 401 || response.status === 403) throw unauthorized(this.#address);
    if (response.status !== 200) throw refused(this.#address, response.status, text);
    return parseMissingFiles(text, this.#address.url);
  }

  async putFile(id: string, sha256: string, content: Uint8Array, signal: AbortSignal): Promise<void> {
    const url = `${this.#address.url}/api/runs/${encodeURIComponent(id)}/files/${sha256}`;
    const headers = { "content-type": "application/octet-stream", ...this.#keyHeader() };
    const body = content as Uint8Array<ArrayBuffer>;
    const response = await this.#ask(url, { method: "PUT", headers, body, signal }, UPLOAD_LIMIT_MS);
    if (response.status !== 204) throw refused(this.#address, response.status, await response.text());
  }

  /** The contents of the app's step cache. */
  async cache(signal: AbortSignal): Promise<CacheSummary> {
    return parseCacheSummary(await this.#askCache("GET", signal), this.#address.url);
  }

  async clearCache(signal: AbortSignal): Promise<ClearedCache> {
    return parseClearedCache(await this.#askCache("DELETE", signal), this.#address.url);
  }

  async #askCache(method: "GET" | "DELETE", signal: AbortSignal): Promise<string> {
    const url = `${this.#address.url}/api/cache`;
    // Each cached blob is listed, and removed by a separate request.
    const response = await this.#ask(url, { method, headers: this.#keyHeader(), signal }, UPLOAD_LIMIT_MS);
    const text = await response.text();
    if (response.status === 401 || response.status === 403) throw unauthorized(this.#address);
    if (response.status === 404) throw tooOld(this.#address);
    if (response.status !== 200) throw refused(this.#address, response.status, text);
    return text;
  }

  /** A blob of a run, in parts. @param name - As in a reference, with or without the run's prefix. */
  async *readBlob(id: string, name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const file = name.slice(name.lastIndexOf("/") + 1);
    const url = `${this.#address.url}/api/runs/${encodeURIComponent(id)}/blobs/${encodeURIComponent(file)}`;
    for (let offset = 0, size = Number.POSITIVE_INFINITY; offset < size; ) {
      const response = await this.#ask(`${url}?offset=${offset}`, { headers: this.#keyHeader(), signal });
      if (response.status !== 200) throw refused(this.#address, response.status, await response.text());
      size = Number(response.headers.get(BLOB_SIZE_HEADER));
      const part = new Uint8Array(await response.arrayBuffer());
      if (part.length === 0 && offset < size)
        throw new Error(`The blob ${file} ends after ${offset} of ${size} bytes.`);
      yield part;
      offset += part.length;
    }
  }

  #keyHeader(): Record<string, string> {
    const { accessKey } = this.#address;
    return accessKey === null ? {} : { [ACCESS_KEY_HEADER]: accessKey };
  }

  async #post(template: string, reason: string, signal: AbortSignal): Promise<void> {
    const response = await this.#ask(template.replace("{text}", encodeURIComponent(reason)), {
      method: "POST",
      signal,
    });
    const text = await response.text();
    // 410: the run has ended in the meantime.
    if (![200, 202, 410].includes(response.status)) throw refused(this.#address, response.status, text);
  }

  async #ask(url: string, init: Omit<AppRequest, "redirect">, limitMs = ANSWER_LIMIT_MS): Promise<AppAnswer> {
    try {
      const signal = AbortSignal.any([init.signal, AbortSignal.timeout(limitMs)]);
      return await this.#fetch(url, { ...init, signal, redirect: "error" });
    } catch (cause) {
      init.signal.throwIfAborted();
      throw unreachable(this.#address, cause);
    }
  }
}

/** The input is the request that we sent; polls omit it. */
function withoutInput(uri: string): string {
  const url = new URL(uri);
  url.searchParams.set("showInput", "false");
  return url.href;
}
