import { isRecord } from "@same-kit/shared";
import type { BindingInfo } from "../worker/messages.ts";

/** @throws Error that names the missing option. */
export function optionOf(binding: BindingInfo, name: string): string {
  const value = binding[name];
  if (typeof value === "string" && value !== "") return value;
  throw new Error(`The binding "${binding.name}" has no "${name}".`);
}

/** `extensions.<section>.<name>` of host.json; names are case-insensitive. */
export function hostSetting(
  extensionSettings: Readonly<Record<string, unknown>>,
  section: string,
  name: string,
): unknown {
  const found = extensionSettings[section];
  if (!isRecord(found)) return undefined;
  return Object.entries(found).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** A whole number of host.json, clamped to the range from `min` to `max`; `fallback` if it is not set. */
export function wholeNumber(
  value: unknown,
  { min, max, fallback }: { min: number; max: number; fallback: number },
): number {
  const number = Number(value ?? fallback);
  return Number.isSafeInteger(number) ? Math.min(Math.max(number, min), max) : fallback;
}

/** Whether the handler wants bytes instead of text, by the binding's `dataType`. */
export function wantsBytes(binding: BindingInfo): boolean {
  return /^(binary|stream)$/i.test(String(binding["dataType"] ?? ""));
}

/** Whether the binding has `sdkBinding: true` of `@azure/functions`: the handler gets a client of the service's SDK. */
export function wantsClient(binding: BindingInfo): boolean {
  const properties = binding["properties"];
  return isRecord(properties) && String(properties["supportsDeferredBinding"]).toLowerCase() === "true";
}
