import { createHash } from "node:crypto";
import path from "node:path";

/**
 * Names the folder below which an app finds a folder of this machine for each instance of an orchestration. A host that sets it removes
 * an instance's folder when the instance is purged.
 */
export const INSTANCE_FILES_VARIABLE = "SAME_KIT_INSTANCE_FILES";

/** Any text can be an instance's ID; names that differ by case only are one on some file systems. */
export function instanceFolder(root: string, instanceId: string): string {
  const isPlain = /^[a-z0-9][a-z0-9_-]{0,99}$/.test(instanceId);
  return path.join(root, isPlain ? instanceId : createHash("sha256").update(instanceId).digest("hex"));
}
