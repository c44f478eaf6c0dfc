import { randomUUID } from "node:crypto";
import { parseSentJson } from "@same-kit/shared";
import type { RpcHttp, TypedData } from "../worker/messages.ts";
import { isOrchestratorTrigger, type OrchestratorTrigger } from "../worker/orchestrator-trigger.ts";
import { resolveSettings } from "./config/app-environment.ts";
import { formatDate } from "./date-format.ts";

/** The values that `{name}` in a binding's options can refer to. */
type BindingData = Readonly<Record<string, unknown>>;

/**
 * The named values of a call; later ones take precedence: members of a JSON object as trigger value, the query, route
 * values.
 *
 * @see Azure/azure-functions-host, Binding/Http/HttpTriggerAttributeBindingProvider.cs and Binding/BindingDataProvider
 */
export function bindingDataOf(call: {
  triggerData?: TypedData | OrchestratorTrigger;
  triggerMetadata?: Readonly<Record<string, TypedData>>;
}): BindingData {
  const metadata = Object.entries(call.triggerMetadata ?? {}).map(([name, data]) => [name, toText(data)] as const);
  const { triggerData } = call;
  if (isOrchestratorTrigger(triggerData)) return triggerData.rest;
  if (triggerData === undefined || !("http" in triggerData)) {
    return {
      ...membersOf(triggerData === undefined ? undefined : Buffer.from(toText(triggerData) ?? "")),
      ...Object.fromEntries(metadata),
    };
  }
  const { body, query = {}, params = {}, headers = {} }: RpcHttp = triggerData.http;
  const { code: _key, ...named } = query;
  const members = membersOf(body?.bytes);
  const { "x-functions-key": _secret, ...shown } = headers;
  return { ...members, ...named, Query: named, Headers: shown, ...Object.fromEntries(metadata), ...params };
}

/**
 * Formats a value for an option that has its own syntax. Throws if the value cannot be represented.
 *
 * @param place - The option, and the `{name}` in it that `value` replaces.
 */
export type WriteValue = (value: string, place: { option: string; name: string; start: number }) => string;

/**
 * Fills `%SETTING%` and `{name}` in a binding's option, including `{rand-guid}`, `{DateTime:yyyy-MM}` and the members
 * of `{sys}`, unless the call has a value of that name. Names are case-insensitive.
 *
 * @throws Error that names the part without a value.
 * @see Azure/azure-webjobs-sdk, Microsoft.Azure.WebJobs.Host/Bindings/Path/BindingTemplateToken.cs
 */
export function fillBindingText(
  text: string,
  { env, data, functionName }: { env: Readonly<Record<string, string>>; data: BindingData; functionName: string },
  write: WriteValue = (value) => value,
): string {
  const { text: resolved, unknown } = resolveSettings(text, env);
  if (unknown.length > 0) throw new Error(`"%${unknown[0]}%" in "${text}" does not resolve to a value.`);
  return resolved.replace(/\{([^{}]+)\}/g, (whole, expression: string, start: number) => {
    const [, name = "", format = ""] = /^([^:]*)(?::(.*))?$/s.exec(expression) ?? [];
    const value = lookUp(name.trim(), data) ?? toBuiltIn(name.trim().toLowerCase(), { format, functionName });
    if (value === undefined) throw new Error(`"{${expression}}" in "${text}" has no value in this call.`);
    const written = typeof value === "object" ? JSON.stringify(value) : String(value);
    return write(written, { option: resolved, name: whole, start });
  });
}

// Without colons, which file names on Windows cannot contain.
const TIME_FORMAT = "yyyy-MM-ddTHH-mm-ssK";
const GUID_FORMATS: Readonly<Record<string, (guid: string) => string>> = {
  "": (guid) => guid,
  d: (guid) => guid,
  n: (guid) => guid.replaceAll("-", ""),
  b: (guid) => `{${guid}}`,
  p: (guid) => `(${guid})`,
};

function toBuiltIn(name: string, call: { format: string; functionName: string }): string | undefined {
  switch (name) {
    case "rand-guid":
    case "sys.randguid":
      return GUID_FORMATS[call.format.toLowerCase()]?.(randomUUID());
    case "datetime":
    case "sys.utcnow":
      return formatDate(new Date(), call.format.trim() === "" ? TIME_FORMAT : call.format);
    case "sys.methodname":
      return call.functionName;
    default:
      return undefined;
  }
}

/** `a.b` is the member of a member; `undefined` for a missing value or null. */
function lookUp(name: string, data: BindingData): NonNullable<unknown> | undefined {
  const found = name.split(".").reduce<unknown>((value, part) => {
    if (typeof value !== "object" || value === null) return undefined;
    return Object.entries(value).find(([key]) => key.toLowerCase() === part.toLowerCase())?.[1];
  }, data);
  return found ?? undefined;
}

function toText(data: TypedData): string | undefined {
  if ("string" in data) return data.string;
  return "json" in data ? data.json : undefined;
}

/** Also empty if the JSON is nested too deeply for the host; the function still receives it unchanged. */
function membersOf(json: Uint8Array | undefined): BindingData {
  try {
    const value: unknown = json === undefined ? null : parseSentJson(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}
