import type { HostedFunction } from "../host-options.ts";
import type { AppFunction } from "./app-function.ts";

export function toHostedFunction(it: AppFunction, hostUrl: string, note: string | undefined): HostedFunction {
  return {
    name: it.name,
    triggerType: it.trigger?.type ?? "unknown",
    ...(it.http === undefined ? {} : { url: `${hostUrl}/${templatePath(it)}`, methods: it.http.methods ?? [] }),
    isDisabled: it.isDisabled,
    isTriggerStarted: it.isTriggerStarted,
    ...(note === undefined ? {} : { note }),
    errors: it.errors,
  };
}

/**
 * Formats the list that `func start` prints, which people and editors read, with our own text for functions that are
 * not served.
 *
 * @returns Lines ending in a line break; empty without functions.
 */
export function formatFunctionList(functions: readonly HostedFunction[]): string {
  const enabled = functions.filter((it) => !it.isDisabled && it.errors.length === 0);
  const http = enabled.filter((it) => it.url !== undefined).map((it) => `\t${it.name}: ${formatEndpoint(it)}\n\n`);
  const others = enabled.filter((it) => it.url === undefined).map((it) => `\t${it.name}: ${formatTrigger(it)}\n\n`);
  const list = enabled.length === 0 ? "" : `\nFunctions:\n\n${http.join("")}${others.join("")}`;
  const disabled = functions.filter((it) => it.isDisabled).map((it) => `Function ${it.name} is disabled.\n`);
  const broken = functions
    .filter((it) => it.errors.length > 0)
    .map((it) => `The '${it.name}' function is in error: ${it.errors.join("; ")}.\n`);
  return list + disabled.join("") + broken.join("");
}

function templatePath(it: AppFunction): string {
  return it.http?.template.text.replace(/^~?\//, "") ?? "";
}

function formatEndpoint({ methods = [], url }: HostedFunction): string {
  return methods.length === 0 ? `${url}` : `[${methods.join(",")}] ${url}`;
}

function formatTrigger({ name, triggerType, isTriggerStarted, note }: HostedFunction): string {
  if (note !== undefined) return `${triggerType} (${note})`;
  return isTriggerStarted
    ? triggerType
    : `${triggerType} (not started locally; run it with POST /admin/functions/${name})`;
}
