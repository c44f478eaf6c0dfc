import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { resolveDurableTaskSettings } from "../engine/index.ts";
import type { DurableTaskSettings } from "../engine/settings.ts";
import { type HostJson, loadHostJson, loadLocalSettings } from "../host/index.ts";
import { hubNameForApp } from "../state/hub-name.ts";

/** The app that same-kit deploys. */
export function ownApp(): string {
  return path.join(packageRoot(), "dist", "functions-app");
}

export type AppSettings = { settings: DurableTaskSettings; logLevels: HostJson["logLevels"] };

/**
 * What host.json and the app's settings say of Durable Functions. An app that names no hub gets one of its own.
 *
 * @param hubName - Wins over everything.
 */
export async function loadDurableSettings(
  appDir: string,
  appSettings: Readonly<Record<string, string>>,
  hubName: string | undefined,
): Promise<AppSettings> {
  const { values } = await loadLocalSettings(appDir);
  const env = { ...values, ...process.env, ...appSettings };
  const { extensions, logLevels } = await loadHostJson(appDir, env);
  const section = extensions[NAME];
  const settings = resolveDurableTaskSettings(section, env);
  if (hubName !== undefined) return { settings: { ...settings, hubName }, logLevels };
  const isNamed = hasHubName(section) || (env["WEBSITE_SITE_NAME"] ?? "") !== "";
  return { settings: isNamed ? settings : { ...settings, hubName: hubNameForApp(appDir) }, logLevels };
}

const NAME = "durabletask";

function hasHubName(section: unknown): boolean {
  if (typeof section !== "object" || section === null) return false;
  return Object.entries(section).some(([key, value]) => key.toLowerCase() === "hubname" && Boolean(value));
}
