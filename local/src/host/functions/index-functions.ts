import type { BindingInfo, FunctionMetadata } from "../../worker/messages.ts";
import { isDisabledBySetting, resolveSettings } from "../config/app-environment.ts";
import type { HostJson } from "../config/host-json.ts";
import { parseRouteTemplate, RouteTemplateError } from "../routing/route-template.ts";
import { type AppFunction, type AuthLevel, type HttpEndpoint, isHttpTrigger, isTrigger } from "./app-function.ts";

const FUNCTION_NAME = /^[a-z][a-z0-9_-]{0,127}$/i;
const BINDING_NAME = /^[a-z][a-z0-9]{0,127}$/i;

type IndexInput = {
  functions: readonly FunctionMetadata[];
  hostJson: HostJson;
  env: Readonly<Record<string, string>>;
  /** Trigger types that extensions start, in lower case. */
  startedTriggerTypes: ReadonlySet<string>;
};

/**
 * Validates the app's registered functions as Azure's host does, ordered by name; the result has the same order. A
 * function that breaks a rule gets the reason in `errors`; the others are served.
 *
 * @see Azure/azure-functions-host, Host/FunctionMetadataManager.cs and Host/ScriptHost.cs
 */
export function indexFunctions({ functions, hostJson, env, startedTriggerTypes }: IndexInput): AppFunction[] {
  const allowed = hostJson.allowedFunctions?.map((name) => name.toLowerCase());
  const indexed: AppFunction[] = [];
  for (const metadata of functions.toSorted(byName)) {
    if (allowed !== undefined && !allowed.includes(metadata.name.toLowerCase())) continue;
    indexed.push(indexFunction(metadata, indexed, { hostJson, env, startedTriggerTypes }));
  }
  return indexed;
}

function byName(a: FunctionMetadata, b: FunctionMetadata): number {
  const [left, right] = [a.name.toLowerCase(), b.name.toLowerCase()];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function indexFunction(
  metadata: FunctionMetadata,
  earlier: readonly AppFunction[],
  { hostJson, env, startedTriggerTypes }: Omit<IndexInput, "functions">,
): AppFunction {
  const errors = [...findMetadataErrors(metadata), ...findSettingErrors(metadata, env)];
  if (earlier.some((it) => it.name.toLowerCase() === metadata.name.toLowerCase())) {
    errors.push(`another function has the same name, ignoring case`);
  }
  const trigger = metadata.bindings.find(isTrigger);
  const http =
    trigger !== undefined && isHttpTrigger(trigger) ? toEndpoint(metadata, trigger, hostJson, errors) : undefined;
  if (http !== undefined) errors.push(...findRouteErrors(http, earlier));
  const isHttp = trigger !== undefined && isHttpTrigger(trigger);
  return {
    name: metadata.name,
    metadata,
    trigger,
    http,
    isDisabled: isDisabledBySetting(metadata.name, env),
    isTriggerStarted: isHttp || startedTriggerTypes.has(trigger?.type.toLowerCase() ?? ""),
    errors,
  };
}

function findMetadataErrors({ name, bindings }: FunctionMetadata): string[] {
  const errors: string[] = [];
  if (!FUNCTION_NAME.test(name) || name.toLowerCase() === "host") errors.push(`"${name}" is not a valid function name`);
  const names = new Set<string>();
  for (const binding of bindings) {
    if (typeof binding.type !== "string" || binding.type === "") errors.push(`binding "${binding.name}" has no type`);
    if (!BINDING_NAME.test(binding.name) && binding.name !== "$return") {
      errors.push(`"${binding.name}" is not a valid binding name`);
    }
    if (binding.name === "$return" && binding.direction !== "out")
      errors.push('"$return" must have the direction "out"');
    if (names.has(binding.name.toLowerCase())) errors.push(`two bindings are named "${binding.name}"`);
    names.add(binding.name.toLowerCase());
  }
  const triggers = bindings.filter(isTrigger);
  if (triggers.length !== 1) errors.push(`it has ${triggers.length} triggers; exactly one is needed`);
  return errors;
}

/** `%NAME%` in a trigger's options must name a setting; HTTP routes are not resolved on Azure either. */
function findSettingErrors({ bindings }: FunctionMetadata, env: Readonly<Record<string, string>>): string[] {
  return bindings
    .filter((binding) => !isHttpTrigger(binding))
    .flatMap((binding) =>
      Object.entries(binding).flatMap(([option, value]) =>
        typeof value === "string"
          ? resolveSettings(value, env).unknown.map((name) => `"%${name}%" in "${option}" does not resolve to a value`)
          : [],
      ),
    );
}

function toEndpoint(
  metadata: FunctionMetadata,
  trigger: BindingInfo,
  { routePrefix }: HostJson,
  errors: string[],
): HttpEndpoint | undefined {
  const route = typeof trigger["route"] === "string" && trigger["route"] !== "" ? trigger["route"] : metadata.name;
  const trimmed = normalizeRoute(route);
  if (trimmed.startsWith("admin") || trimmed.startsWith("runtime")) {
    errors.push(`the route "${route}" begins with "admin" or "runtime", which the host uses itself`);
    return undefined;
  }
  try {
    const template = parseRouteTemplate(routePrefix === "" ? route : `${routePrefix}/${route}`);
    return { route, template, methods: toMethods(trigger["methods"]), authLevel: toAuthLevel(trigger["authLevel"]) };
  } catch (error) {
    if (!(error instanceof RouteTemplateError)) throw error;
    errors.push(error.message.replace(/\.$/, ""));
    return undefined;
  }
}

function toMethods(methods: unknown): string[] | undefined {
  return Array.isArray(methods) ? methods.map((method) => String(method).toUpperCase()) : undefined;
}

function toAuthLevel(level: unknown): AuthLevel {
  const name = String(level ?? "function").toLowerCase();
  return name === "anonymous" || name === "admin" ? name : "function";
}

function findRouteErrors(http: HttpEndpoint, earlier: readonly AppFunction[]): string[] {
  const rival = earlier.find(
    (it) =>
      it.http !== undefined &&
      it.errors.length === 0 &&
      normalizeRoute(it.http.route) === normalizeRoute(http.route) &&
      methodsIntersect(it.http.methods, http.methods),
  );
  return rival === undefined
    ? []
    : [`the route "${http.route}" with the same methods belongs to function "${rival.name}"`];
}

function normalizeRoute(route: string): string {
  return route.replace(/^\/+|\/+$/g, "").toLowerCase();
}

function methodsIntersect(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return true;
  return a.some((method) => b.includes(method));
}
