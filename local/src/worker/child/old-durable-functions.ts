import { createRequire } from "node:module";
import path from "node:path";
import util from "node:util";
import { isRecord } from "@same-kit/shared";

/** The first version that does not use what Node 23 removed. */
const FIXED: readonly number[] = [3, 3, 1];

/**
 * durable-functions up to 3.3.0 calls `util.isDate`, which Node 23 removed, in every timer. This restores it for the
 * app, and warns its author that the app fails on Azure with a Node.js this new.
 */
export function helpOldDurableFunctions(appDirectory: string, warn: (text: string) => void): void {
  const legacy = util as { isDate?: (value: unknown) => boolean };
  if (legacy.isDate !== undefined) return;
  const version = versionOf(appDirectory);
  if (version === undefined || !isBefore(version, FIXED)) return;
  legacy.isDate = util.types.isDate;
  warn(
    `The app has durable-functions ${version}, whose timers fail on Node 23 and later; here they work on Node ${process.versions.node}. Before you deploy, update it: npm install durable-functions@latest.`,
  );
}

function versionOf(appDirectory: string): string | undefined {
  try {
    const require = createRequire(path.join(appDirectory, "package.json"));
    const content: unknown = require("durable-functions/package.json");
    return isRecord(content) && typeof content["version"] === "string" ? content["version"] : undefined;
  } catch {
    return undefined; // The app does not have it.
  }
}

function isBefore(version: string, wanted: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  const at = wanted.findIndex((part, index) => parts[index] !== part);
  return at >= 0 && (parts[at] ?? 0) < (wanted[at] ?? 0);
}
