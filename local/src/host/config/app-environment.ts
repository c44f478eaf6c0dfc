import { type DevelopmentStorage, withDevelopmentStorage } from "./development-storage.ts";
import type { LocalSettings } from "./local-settings.ts";
import { withoutProxyForLoopback } from "./proxy-exceptions.ts";

type AppEnvironment = {
  /** The environment of the worker process. */
  env: Readonly<Record<string, string>>;
  warnings: readonly string[];
};

type AppEnvironmentInput = {
  appDir: string;
  port: number;
  localSettings: LocalSettings;
  /** Takes precedence over everything, because the caller set it explicitly. */
  appSettings: Readonly<Record<string, string>>;
  processEnv: NodeJS.ProcessEnv;
  developmentStorage?: DevelopmentStorage;
};

/**
 * Composes the environment that `func start` gives an app: a non-empty process variable takes precedence over
 * local.settings.json.
 */
export function composeAppEnvironment(input: AppEnvironmentInput): AppEnvironment {
  const { appDir, port, localSettings, appSettings, processEnv, developmentStorage } = input;
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(processEnv)) if (value !== undefined) env[name] = value;

  const warnings: string[] = [];
  const setUnlessPresent = (name: string, value: string) => {
    if (env[name] === undefined || env[name] === "") env[name] = value;
    else if (env[name] !== value && appSettings[name] === undefined) {
      warnings.push(`The environment variable ${name} is already set; its value in local.settings.json is skipped.`);
    }
  };
  for (const [name, value] of Object.entries(localSettings.values)) setUnlessPresent(name, value);
  for (const [name, value] of Object.entries(localSettings.connectionStrings)) {
    setUnlessPresent(`ConnectionStrings:${name}`, value);
  }

  // The Durable SDK builds its URLs from this; without it they would all use port 7071.
  env["WEBSITE_HOSTNAME"] = `localhost:${port}`;
  env["AzureWebJobsScriptRoot"] = appDir;
  env["AZURE_FUNCTIONS_ENVIRONMENT"] ??= "Development";
  env["FUNCTIONS_CORETOOLS_ENVIRONMENT"] ??= "true";
  env["FUNCTIONS_WORKER_RUNTIME"] ??= "node";
  env["FUNCTIONS_APPLICATION_DIRECTORY"] = appDir;
  Object.assign(env, appSettings);
  const whole = withoutProxyForLoopback(env);
  return {
    env: developmentStorage === undefined ? whole : withDevelopmentStorage(whole, developmentStorage),
    warnings,
  };
}

/** @see functions host, 4.6: `1` or `true` in either spelling of the setting. */
export function isDisabledBySetting(name: string, env: Readonly<Record<string, string>>): boolean {
  const wanted = [`azurewebjobs.${name}.disabled`, `azurewebjobs_${name}_disabled`].map((it) => it.toLowerCase());
  return Object.entries(env).some(
    ([key, value]) => wanted.includes(key.toLowerCase()) && ["1", "true"].includes(value.trim().toLowerCase()),
  );
}

/** Replaces `%NAME%` with the setting of that name. Unknown names are kept and listed. */
export function resolveSettings(
  text: string,
  env: Readonly<Record<string, string>>,
): { text: string; unknown: readonly string[] } {
  const unknown: string[] = [];
  const resolved = text.replace(/%([^%\s]+)%/g, (whole, name: string) => {
    const value = env[name] ?? env[name.replaceAll(":", "__")];
    if (value === undefined) unknown.push(name);
    return value ?? whole;
  });
  return { text: resolved, unknown };
}
