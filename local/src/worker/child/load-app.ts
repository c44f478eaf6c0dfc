import { existsSync, globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { FunctionRegistry } from "./function-registry.ts";

type AppPackage = { main?: string; type?: string };

/**
 * Loads the entry files that the app's package.json names, one after another, as Azure's worker does: `main` is a path or
 * a glob relative to the app, not something Node resolves, and only the app's own `type` decides what `.js` is.
 */
export async function loadApp(
  appDirectory: string,
  registry: FunctionRegistry,
  warn: (text: string) => void,
): Promise<void> {
  const appPackage = readAppPackage(appDirectory, warn);
  if (appPackage.main === undefined) {
    throw new Error(
      `package.json in ${appDirectory} has no "main", so no function can register. Name the file, or a glob of files, that call "app.http" and so on (programming model v4).`,
    );
  }
  for (const file of findEntryFiles(appDirectory, appPackage.main)) {
    registry.currentFile = file;
    try {
      await loadFile(file, appPackage);
    } catch (error) {
      throw entryPointError(path.relative(appDirectory, file), error);
    } finally {
      registry.currentFile = undefined;
    }
  }
}

function readAppPackage(appDirectory: string, warn: (text: string) => void): AppPackage {
  try {
    const content: unknown = JSON.parse(readFileSync(path.join(appDirectory, "package.json"), "utf8"));
    if (typeof content !== "object" || content === null) throw new Error("it is not an object");
    const { main, type } = content as Record<string, unknown>;
    return {
      ...(typeof main === "string" ? { main } : {}),
      ...(typeof type === "string" ? { type } : {}),
    };
  } catch (error) {
    warn(`Worker failed to load package.json of the app: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  }
}

/** Sorted, so that the order of registration is the same everywhere; the file system's own order is not. */
function findEntryFiles(appDirectory: string, main: string): string[] {
  const pattern = main.replaceAll("\\", "/");
  const plainFile = path.join(appDirectory, pattern);
  if (existsSync(plainFile)) return [plainFile];
  const files = globSync(pattern, { cwd: appDirectory }).sort();
  if (files.length > 0) return files.map((file) => path.join(appDirectory, file));
  throw new Error(
    /[*?{}[\]!()]/.test(pattern)
      ? `Found zero files matching the supplied pattern "${main}" ("main" in package.json). Was the app built?`
      : `File does not exist: "${main}" ("main" in package.json). Was the app built?`,
  );
}

async function loadFile(file: string, appPackage: AppPackage): Promise<void> {
  const extension = path.extname(file);
  const isModule = extension === ".mjs" || (extension !== ".cjs" && appPackage.type === "module");
  if (isModule) await import(pathToFileURL(file).href);
  else createRequire(file)(file);
}

function entryPointError(file: string, cause: unknown): Error {
  const detail = cause instanceof Error ? cause.message : String(cause);
  const error = new Error(`Worker was unable to load entry point "${file}": ${detail}`, { cause });
  // The stack people need is the one of their own file.
  if (cause instanceof Error && cause.stack !== undefined) error.stack = cause.stack;
  return error;
}
