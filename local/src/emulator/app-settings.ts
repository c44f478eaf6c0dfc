import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { resolveDurableTaskSettings } from "../engine/index.ts";
import type { DurableTaskSettings } from "../engine/settings.ts";
import { type HostJson, loadHostJson, loadLocalSettings } from "../host/index.ts";
import { hubNameForApp } from "../state/hub-name.ts";

/** The folder of the app that same-kit deploys. */
export function ownApp(): string {
  return path.join(packageRoot(), "dist", "functions-app");
}

export type AppSettings = {
  /** All settings of the app except host.json. */
  env: Readonly<Record<string, string | undefined>>;
  usesOpenTelemetry: boolean;
  settings: DurableTaskSettings;
  logLevels: HostJson["logLevels"];
  /** Settings that differ from Azure but still work. */
  warnings: readonly string[];
};

/**
 * Reads the Durable Functions settings from host.json and the app's settings. An app that names no hub gets its own.
 *
 * @param hubName - Takes precedence over everything.
 */
export async function loadDurableSettings(
  appDir: string,
  appSettings: Readonly<Record<string, string>>,
  hubName: string | undefined,
): Promise<AppSettings> {
  const { values } = await loadLocalSettings(appDir);
  // An empty variable does not hide a setting, as in the app's own environment.
  const set = Object.entries(process.env).filter(([, value]) => value !== "");
  const env = { ...process.env, ...values, ...Object.fromEntries(set), ...appSettings };
  const { extensions, logLevels, usesOpenTelemetry } = await loadHostJson(appDir, env);
  const section = extensions[NAME];
  const warnings: string[] = [];
  const settings = resolveDurableTaskSettings(section, env, (text) => warnings.push(text));
  const read = { logLevels, warnings, env, usesOpenTelemetry };
  if (hubName !== undefined) return { settings: { ...settings, hubName }, ...read };
  const isNamed = hasHubName(section, env) || (env["WEBSITE_SITE_NAME"] ?? "") !== "";
  const named = isNamed ? settings : { ...settings, hubName: hubNameForApp(appDir) };
  return { settings: named, ...read };
}

const NAME = "durabletask";

/** A name that refers to an unset setting counts as missing. */
function hasHubName(section: unknown, env: Readonly<Record<string, string | undefined>>): boolean {
  if (typeof section !== "object" || section === null) return false;
  const value = Object.entries(section).find(([key]) => key.toLowerCase() === "hubname")?.[1];
  const setting = /^%(\w+)%$/.exec(String(value ?? ""))?.[1];
  return setting === undefined ? Boolean(value) : Boolean(env[setting]);
}
