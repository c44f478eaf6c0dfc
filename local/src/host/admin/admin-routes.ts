import type { IncomingMessage } from "node:http";
import { readBody, reasonOf, refuseDeepJson } from "@same-kit/shared";
import type { TypedData } from "../../worker/messages.ts";
import { type AppFunction, isWarmup } from "../functions/app-function.ts";
import { hostIdOf } from "../host-id.ts";
import type { FrontDeps } from "../http/front-deps.ts";
import { jsonReply, type Reply } from "../http/reply.ts";
import { opensAdmin, readKey } from "../keys/authorize.ts";
import type { KeyScope } from "../keys/key-store.ts";
import { toFunctionObject } from "./function-object.ts";
import { toHostStatus } from "./host-status.ts";
import { answerKeyRequest } from "./key-routes.ts";

// The same time that an HTTP request waits for a worker.
const AVAILABILITY_TIMEOUT_MS = 30_000;
const NOT_FOUND: Reply = { status: 404 };
const HOST_KEY_SCOPES: ReadonlyMap<string, KeyScope> = new Map([
  ["keys", "functionKeys"],
  ["functionkeys", "functionKeys"],
  ["systemkeys", "systemKeys"],
]);

type AdminRequest = { request: IncomingMessage; url: URL; path: readonly string[] };

/** The part of Azure's `/admin` API that tools use; nothing that reads or writes the app's files. */
export class AdminRoutes {
  readonly #deps: FrontDeps;

  constructor(deps: FrontDeps) {
    this.#deps = deps;
  }

  /** @param path - Decoded segments, starting with `admin`. */
  async answer({ request, url, path }: AdminRequest): Promise<Reply> {
    const [, area, ...rest] = path.map((segment) => segment.toLowerCase());
    if (area === "warmup") return this.#warmUp();
    // Load balancers ping without a key.
    if (area === "host" && rest[0] === "ping") return this.#ping(request);
    if (this.#deps.requireKeys && !opensAdmin(this.#deps.keys, readKey(request, url))) return { status: 401 };
    if (area === "host") return this.#answerHost(request, url, path);
    if (area === "functions") return this.#answerFunctions(request, url, path);
    return NOT_FOUND;
  }

  /** Runs the app's warmup function; Azure's response does not depend on its success. */
  async #warmUp(): Promise<Reply> {
    const generation = await this.#deps.runtime.waitForGeneration(AVAILABILITY_TIMEOUT_MS);
    const warmups = generation?.functions.filter(isWarmup) ?? [];
    if (generation !== undefined) {
      await Promise.all(
        warmups.map((fn) => this.#deps.invoker.invoke(generation, { fn, triggerData: { json: "{}" } })),
      );
    }
    return { status: 200 };
  }

  #ping({ method }: IncomingMessage): Reply {
    return method === "GET" || method === "POST"
      ? { status: 200, headers: { "cache-control": "no-store" } }
      : NOT_FOUND;
  }

  async #answerHost(request: IncomingMessage, url: URL, path: readonly string[]): Promise<Reply> {
    const { runtime, appDir, log } = this.#deps;
    const action = (path[2] ?? "").toLowerCase();
    const scope = HOST_KEY_SCOPES.get(action);
    if (scope !== undefined && path.length <= 4) return this.#answerKeys(request, url, scope, path[3]);
    if (path.length !== 3) return NOT_FOUND;
    switch (`${request.method} ${action}`) {
      case "GET status":
        return jsonReply(200, toHostStatus(runtime, hostIdOf(appDir, this.#deps.env())));
      case "POST synctriggers":
        return jsonReply(200, { status: "success" });
      case "POST restart":
        this.#deps.reload().catch((error: Error) => log.error("The restart failed.", { reason: error.message }));
        return jsonReply(200, {
          isSelfHost: false,
          scriptPath: appDir,
          hasParentScope: false,
          isStandbyConfiguration: false,
        });
      default:
        return NOT_FOUND;
    }
  }

  async #answerFunctions(request: IncomingMessage, url: URL, path: readonly string[]): Promise<Reply> {
    const [, , name, member, keyName] = path;
    const { appDir, runtime } = this.#deps;
    // Editors send requests as soon as the port is open.
    const generation = await runtime.waitForGeneration(AVAILABILITY_TIMEOUT_MS);
    const functions = generation?.functions ?? [];
    const base = url.origin;
    if (name === undefined) {
      if (request.method !== "GET") return NOT_FOUND;
      const served = functions.filter((fn) => fn.errors.length === 0);
      return jsonReply(
        200,
        served.map((fn) => toFunctionObject(fn, base, appDir)),
      );
    }
    const fn = functions.find((it) => it.name.toLowerCase() === name.toLowerCase());
    if (fn === undefined) return generation === undefined ? { status: 503 } : NOT_FOUND;
    switch (`${request.method} ${(member ?? "").toLowerCase()}`) {
      case "GET ":
        return jsonReply(200, toFunctionObject(fn, base, appDir));
      case "GET status":
        return jsonReply(200, fn.errors.length === 0 ? {} : { errors: fn.errors });
      case "POST ":
        return this.#run(fn, request);
      default:
        if (member?.toLowerCase() !== "keys" || path.length > 5) return NOT_FOUND;
        return this.#answerKeys(request, url, `function:${fn.name}`, keyName);
    }
  }

  async #answerKeys(request: IncomingMessage, url: URL, scope: KeyScope, name: string | undefined): Promise<Reply> {
    const body = await this.#readJson(request);
    if ("status" in body) return body;
    const href = `${url.origin}${url.pathname}`;
    return answerKeyRequest(this.#deps.keys, { method: request.method ?? "GET", scope, name, href, body });
  }

  async #readJson(request: IncomingMessage): Promise<Buffer | Reply> {
    const body = await readBody(request, this.#deps.bodyLimitBytes);
    if (body === "tooLarge") return { status: 413 };
    try {
      refuseDeepJson(body);
      return body;
    } catch (error) {
      return { status: 400, body: `The body is refused: ${reasonOf(error)}.` };
    }
  }

  /** Runs a function of any trigger manually, in the background. */
  async #run(fn: AppFunction, request: IncomingMessage): Promise<Reply> {
    const body = await this.#readJson(request);
    if ("status" in body) return body;
    if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) return { status: 415 };
    const input = parseInput(body);
    if (input === undefined) return { status: 400 };
    const generation = this.#deps.runtime.current;
    if (generation === undefined) return { status: 503 };
    const refusal = this.#findRefusal(fn);
    if (refusal === undefined)
      void this.#deps.invoker.invoke(generation, { fn, triggerData: toTriggerData(fn, input.text) });
    else this.#deps.log.error("A function could not be run manually.", { functionName: fn.name, reason: refusal });
    return { status: 202 };
  }

  #findRefusal(fn: AppFunction): string | undefined {
    if (fn.errors.length > 0) return fn.errors.join("; ");
    if (fn.http !== undefined) return "An HTTP function needs a request; call its URL.";
    const type = fn.trigger?.type.toLowerCase();
    const refusals = this.#deps.extensions.flatMap((it) => Object.entries(it.directInvocationRefusals ?? {}));
    return refusals.find(([refused]) => refused.toLowerCase() === type)?.[1];
  }
}

/** `{"input": "…"}`; an empty body or `null` is refused, any other object runs with no input. */
function parseInput(body: Buffer): { text: string } | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    const input = (value as { input?: unknown }).input ?? "";
    return typeof input === "string" ? { text: input } : undefined;
  } catch {
    return undefined;
  }
}

function toTriggerData(fn: AppFunction, input: string): TypedData {
  if (fn.trigger?.type.toLowerCase() !== "timertrigger") return { string: input };
  return { json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false }) };
}
