import { existsSync } from "node:fs";
import path from "node:path";
import { loadLocalSettings } from "./config/local-settings.ts";
import { HostError } from "./errors.ts";
import type { FunctionsHost } from "./functions-host.ts";
import type { FunctionsHostOptions } from "./host-options.ts";
import { RunningHost } from "./running-host.ts";

/**
 * Serves the app in `appDir`: programming model v4, HTTP triggers, and the triggers of `extensions`.
 *
 * @throws HostError if the port is taken, or, unless `watch` is set, if the app does not load.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const appDir = path.resolve(options.appDir);
  if (!existsSync(path.join(appDir, "host.json")) && !existsSync(path.join(appDir, "package.json"))) {
    throw new HostError({
      code: "ERR_APP_NOT_FOUND",
      message: `${appDir} contains no Functions app: it has neither host.json nor package.json.`,
    });
  }
  const localSettings = await loadLocalSettings(appDir);
  const host = new RunningHost({ ...options, appDir }, localSettings);
  await host.start();
  return host;
}
