// What a host reads from its options, local.settings.json and the environment of its process.

import { composeAppEnvironment } from "./config/app-environment.ts";
import type { LocalSettings } from "./config/local-settings.ts";
import type { FunctionsHostOptions } from "./host-options.ts";

const BODY_LIMIT = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";
/** Azure's limit. */
const DEFAULT_BODY_LIMIT_BYTES = 104_857_600;

/** The environment of the app's worker, and warnings about settings that it does not get. */
export function composeHostEnvironment(
  { appDir, appSettings = {}, env: processEnv = process.env, developmentStorage }: FunctionsHostOptions,
  localSettings: LocalSettings,
  port: number,
): { env: Readonly<Record<string, string>>; warnings: readonly string[] } {
  const { env, warnings } = composeAppEnvironment({
    appDir,
    port,
    localSettings,
    appSettings,
    processEnv,
    ...(developmentStorage === undefined ? {} : { developmentStorage }),
  });
  return { env, warnings: [...localSettings.warnings, ...warnings] };
}

/** The largest body of a request. */
export function bodyLimitBytes(
  { appSettings, env = process.env }: FunctionsHostOptions,
  { values }: LocalSettings,
): number {
  const limit = Number(appSettings?.[BODY_LIMIT] ?? env[BODY_LIMIT] ?? values[BODY_LIMIT]);
  return Number.isSafeInteger(limit) && limit > 0 ? limit : DEFAULT_BODY_LIMIT_BYTES;
}
