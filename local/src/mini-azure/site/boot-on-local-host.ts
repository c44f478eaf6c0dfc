import path from "node:path";
import type { LogSink } from "../../shared/logger.ts";
import type { BootSite } from "./boot-site.ts";
import { toLocalSettings } from "./boot-site.ts";

/** What the rehearsal needs of the local emulator's `startLocal`; `Storage` is that function's own choice of storage. */
export type StartLocalHost<Storage> = (options: {
  appDir: string;
  stateDir: string;
  port: number;
  storage: Storage;
  appSettings: Record<string, string>;
  onLog: LogSink;
}) => Promise<{
  url: string;
  functions: readonly { name: string; triggerType: string; url?: string }[];
  stop(): Promise<void>;
}>;

/**
 * Boots deployed packages in the local Functions host.
 *
 * @param stateDir - Each site keeps its host's state in a folder of its own there.
 */
export function bootOnLocalHost<Storage>(
  startLocal: StartLocalHost<Storage>,
  stateDir: string,
  storage: Storage,
): BootSite {
  return async ({ name, packageDir, appSettings, onLog }) => {
    const host = await startLocal({
      appDir: packageDir,
      stateDir: path.join(stateDir, name),
      port: 0,
      storage,
      appSettings: { ...toLocalSettings(appSettings), WEBSITE_SITE_NAME: name },
      onLog,
    });
    return {
      url: host.url,
      functions: host.functions.map(({ name: functionName, triggerType }) => ({
        name: functionName,
        trigger: triggerType,
      })),
      stop: () => host.stop(),
    };
  };
}
