import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { INSTANCE_FILES_VARIABLE, type LogSink } from "@same-kit/shared";
import type { BootSite } from "./boot-site.ts";
import { toLocalSettings } from "./boot-site.ts";

/** What the rehearsal needs of the local emulator's `startLocal`; `Storage` is that function's own choice of storage. */
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
  // Nothing can be written into a package there. Here root could: Python would leave compiled files in it, even after the host has ended
  // and while the package is removed.
  PYTHONDONTWRITEBYTECODE: "1",
  // An app's machine has no folder there that lasts as long as an instance.
  [INSTANCE_FILES_VARIABLE]: "",
};

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
    const hubName = (await namesOwnHub(packageDir)) ? {} : { hubName: toHubName(name) };
    // A machine in the cloud has its own temp folder, which is deleted with it.
    const tempDir = `${packageDir}.tmp`;
    await mkdir(tempDir, { recursive: true });
    // A Python that ends with the host may still write a compiled file there.
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
 * Azure names an app's hub after the app, so that one deployment continues what an earlier one began; on this machine the hub
 * would be named after the folder, which is another one each time.
 *
 * @see Azure/azure-functions-durable-extension: without a name in host.json, the site's name less all but letters and digits.
 */
function toHubName(siteName: string): string {
  const letters = siteName.replaceAll(/[^A-Za-z0-9]/g, "");
  const name = /^[A-Za-z]/.test(letters) && letters.length >= MIN_HUB_NAME_LENGTH ? letters : `Hub${letters}`;
  return name.slice(0, MAX_HUB_NAME_LENGTH);
}

/** A host.json that cannot be read is the host's to complain about. */
async function namesOwnHub(packageDir: string): Promise<boolean> {
  try {
    const hostJson = JSON.parse(await readFile(path.join(packageDir, "host.json"), "utf8")) as HostJson;
    return typeof hostJson.extensions?.durableTask?.hubName === "string";
  } catch {
    return false;
  }
}

type HostJson = { extensions?: { durableTask?: { hubName?: unknown } } };
