import path from "node:path";
import { LockedError, OperationError, withFileLock } from "@same-kit/shared";
import type { EnvironmentFolder } from "./environment.ts";

/**
 * Runs `work` while no other command on this machine changes the same environment: commands share the terraform folder, the plan
 * file and the journal, which terraform's state lock does not protect. A killed process does not block others.
 *
 * @throws OperationError `ERR_ENVIRONMENT_IN_USE`.
 */
export async function withEnvironmentLock<T>(folder: EnvironmentFolder, work: () => Promise<T>): Promise<T> {
  try {
    return await withFileLock(path.join(folder.dir, "in-use.lock"), work, { timeoutMs: 0 });
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new OperationError({
      code: "ERR_ENVIRONMENT_IN_USE",
      message: `Another same-kit command is using the environment "${folder.name}": process ${error.holderPid ?? "unknown"}. Nothing was changed.`,
      hint: "Wait for it, or stop it, then run this command again.",
      cause: error,
    });
  }
}
