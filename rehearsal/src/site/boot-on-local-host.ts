import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { INSTANCE_FILES_VARIABLE, type LogSink } from "@same-kit/shared";
import type { BootSite } from "./boot-site.ts";
import { toLocalSettings } from "./boot-site.ts";

/** The part of the local emulator's `startLocal` that the rehearsal uses; `Storage` is that function's storage type. */
export type StartLocalHost<Storage> = (options: {
  appDir: string;
  stateDir: string;
  port: number;
  storage: Storage;
  appSettings: Record<string, string>;
  hubName?: string;
  onLog: LogSink;
}) => Promise<{
  url: string;
  functions: readonly { name: string; triggerType: string; url?: string }[];
  stop(): Promise<void>;
}>;

const AS_IN_THE_CLOUD = {
  // In the cloud a package is read-only. Here root could write to it: Python would leave compiled files in it, even
  // after the host has ended and while the package is being removed.
  PYTHONDONTWRITEBYTECODE: "1",
  // A machine in the cloud has no folder that lasts as long as an instance.
  [INSTANCE_FILES_VARIABLE]: "",
};

/**
 * Boots deployed packages in the local Functions host.
 *
 * @param stateDir - Each site keeps its host's state in a separate folder below it.
 */
export function bootOnLocalHost<Storage>(
  startLocal: StartLocalHost<Storage>,
  stateDir: string,
  storage: Storage,
): BootSite {
  return async ({ name, packageDir, appSettings, onLog }) => {
    const hubName = (await namesOwnHub(packageDir)) ? {} : { hubName: toHubName(name) };
    // A machine in the cloud has its own temp folder, which is deleted with it.
    const tempDir = `${packageDir}.tmp`;
    await mkdir(tempDir, { recursive: true });
    // A Python process that ends with the host may still write a compiled file there.
    const removeTempDir = () => rm(tempDir, { recursive: true, force: true, maxRetries: 10 });
    const starting = startLocal({
      appDir: packageDir,
      stateDir: path.join(stateDir, name),
      port: 0,
      storage,
      appSettings: { TMPDIR: tempDir, ...AS_IN_THE_CLOUD, ...toLocalSettings(appSettings), WEBSITE_SITE_NAME: name },
      ...hubName,
      onLog,
    });
    const host = await starting.catch(async (error: unknown) => {
      await removeTempDir();
      throw error;
    });
    return {
      url: host.url,
      functions: host.functions.map(({ name: functionName, triggerType }) => ({
        name: functionName,
        trigger: triggerType,
      })),
      stop: () => host.stop().finally(removeTempDir),
    };
  };
}

const MAX_HUB_NAME_LENGTH = 45;
const MIN_HUB_NAME_LENGTH = 3;

/**
 * The task hub name, derived from the app's name as in Azure, so that a deployment continues what an earlier one
 * started. On this machine the hub would otherwise be named after the folder, which differs each time.
 *
 * @see Azure/azure-functions-durable-extension: without a name in host.json, the site's name reduced to letters and
 *   digits.
 */
function toHubName(siteName: string): string {
  const letters = siteName.replaceAll(/[^A-Za-z0-9]/g, "");
  const name = /^[A-Za-z]/.test(letters) && letters.length >= MIN_HUB_NAME_LENGTH ? letters : `Hub${letters}`;
  return name.slice(0, MAX_HUB_NAME_LENGTH);
}

/** The host itself reports a host.json that cannot be read. */
async function namesOwnHub(packageDir: string): Promise<boolean> {
  try {
    const hostJson = JSON.parse(await readFile(path.join(packageDir, "host.json"), "utf8")) as HostJson;
    return typeof hostJson.extensions?.durableTask?.hubName === "string";
  } catch {
    return false;
  }
}

type HostJson = { extensions?: { durableTask?: { hubName?: unknown } } };
