import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";

/** Another process that uses the Azurite of a folder. */
export type AzuriteUser = { process: ChildProcess; azuritePid: number; isShared: boolean };

export async function startAzuriteUser(azuriteDir: string): Promise<AzuriteUser> {
  const user = fork("test/fixtures/processes/azurite-user.mjs", [azuriteDir], {
    execArgv: ["--experimental-transform-types", "--no-warnings"],
  });
  onTestFinished(() => void user.kill("SIGKILL"));
  const [{ pid, isShared }] = (await once(user, "message")) as [{ pid: number; isShared: boolean }];
  return { process: user, azuritePid: pid, isShared };
}
