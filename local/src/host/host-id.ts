import { createHash } from "node:crypto";
import os from "node:os";

/** The app setting that names a host, with `__` as in Azure's spelling. */
const SETTING = "AzureFunctionsWebHost__hostid";

/**
 * The identifier of a host in its storage account: the setting, or, as in `func`, a combination of the machine name and
 * a hash of the app's path; at most 32 characters, lower case.
 */
export function hostIdOf(appDir: string, env: Readonly<Record<string, string>>): string {
  const chosen = Object.entries(env).find(([name]) => name.toLowerCase() === SETTING.toLowerCase())?.[1];
  if (chosen !== undefined && chosen !== "") return chosen.toLowerCase().slice(0, 32);
  const machine = os
    .hostname()
    .replaceAll(/[^a-z0-9-]/gi, "")
    .slice(0, 21);
  const hash = createHash("sha256").update(appDir).digest().readUInt32BE(0);
  return `${machine}-${hash}`.toLowerCase().slice(0, 32);
}
