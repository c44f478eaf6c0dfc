// Detects apps that are not for this worker, and names what they are, because later errors would be misleading.

import { existsSync, globSync } from "node:fs";
import path from "node:path";
import { AppSetupError } from "./app-setup-error.ts";

const ADVICE = 'same-kit runs Node apps of programming model v4; run this one with "func start"';

/** @throws AppSetupError */
export function refuseOtherLanguages(appDirectory: string): void {
  const runtime = process.env["FUNCTIONS_WORKER_RUNTIME"] ?? "";
  const isOther = runtime !== "" && runtime.toLowerCase() !== "node";
  if (!isOther && (hasFile(appDirectory, "package.json") || !isPython(appDirectory))) return;
  const language = isOther ? `the worker runtime "${runtime}"` : "Python";
  throw new AppSetupError(`The app in ${appDirectory} is for ${language}. ${ADVICE}.`);
}

/**
 * Called for an app that registers nothing. @throws AppSetupError if its functions are folders with a function.json.
 */
export function refuseOlderModel(appDirectory: string): void {
  const [first] = globSync("*/function.json", { cwd: appDirectory }).sort();
  if (first === undefined) return;
  throw new AppSetupError(
    `The app in ${appDirectory} has the function.json files of programming model v3, such as ${first}. ${ADVICE}, or move it to v4 first.`,
  );
}

function isPython(appDirectory: string): boolean {
  return hasFile(appDirectory, "function_app.py") || globSync("*/__init__.py", { cwd: appDirectory }).length > 0;
}

function hasFile(appDirectory: string, name: string): boolean {
  return existsSync(path.join(appDirectory, name));
}
