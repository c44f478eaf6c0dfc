import { createHash } from "node:crypto";
import path from "node:path";

/**
 * Environment variable with the folder in which an app finds a local folder for each orchestration instance. A host
 * that sets it removes an instance's folder when the instance is purged.
 */
export const INSTANCE_FILES_VARIABLE = "SAME_KIT_INSTANCE_FILES";

/** Hashed: an instance ID can be any text, and names that differ only by case are the same on some file systems. */
export function instanceFolder(root: string, instanceId: string): string {
  const isPlain = /^[a-z0-9][a-z0-9_-]{0,99}$/.test(instanceId);
  return path.join(root, isPlain ? instanceId : createHash("sha256").update(instanceId).digest("hex"));
}
