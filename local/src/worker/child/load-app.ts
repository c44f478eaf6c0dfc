import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { cacheFolder, isRecord, reasonOf, requireCompiled } from "@same-kit/shared";
import { findExpensivePart } from "./check-pattern.ts";
import type { FunctionRegistry } from "./function-registry.ts";

type AppPackage = {
  main?: string;
  type?: string;
  /** `main` is a bundle of ours, whose compiled form is kept from start to start. */
  keepsCompiled?: true;
};

/** The mistake is not in the code: a stack would only show our frames. */
export class AppSetupError extends Error {
  override readonly stack = undefined;
}

/**
 * Loads the entry files that the app's package.json names, one after another, as Azure's worker does: `main` is a path or
 * a glob relative to the app, not something Node resolves, and only the app's own `type` decides what `.js` is.
 */
export async function loadApp(
  appDirectory: string,
  registry: FunctionRegistry,
  warn: (text: string) => void,
): Promise<void> {
  refuseOtherLanguages(appDirectory);
  const appPackage = readAppPackage(appDirectory, warn);
  if (appPackage.main === undefined) {
    throw new AppSetupError(
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

/** Said at once: what follows would only complain about a missing package.json. */
function refuseOtherLanguages(appDirectory: string): void {
  const runtime = process.env["FUNCTIONS_WORKER_RUNTIME"] ?? "";
  const isPython = existsSync(path.join(appDirectory, "function_app.py"));
  const isOther = runtime !== "" && runtime.toLowerCase() !== "node";
  if (!isOther && !(isPython && !existsSync(path.join(appDirectory, "package.json")))) return;
  const language = isOther ? `the worker runtime "${runtime}"` : "Python";
  throw new AppSetupError(
    `The app in ${appDirectory} is for ${language}. same-kit runs Node apps of programming model v4; run this one with "func start".`,
  );
}

function readAppPackage(appDirectory: string, warn: (text: string) => void): AppPackage {
  try {
    const content: unknown = JSON.parse(readFileSync(path.join(appDirectory, "package.json"), "utf8"));
    if (typeof content !== "object" || content === null) throw new Error("it is not an object");
    const { main, type, "same-kit": ours } = content as Record<string, unknown>;
    return {
      ...(isRecord(ours) && ours["keepsCompiled"] === true ? { keepsCompiled: true } : {}),
      ...(typeof main === "string" ? { main } : {}),
      ...(typeof type === "string" ? { type } : {}),
    };
  } catch (error) {
    warn(`Worker failed to load package.json of the app: ${reasonOf(error)}`);
    return {};
  }
}

/**
 * A folder stands for all files below it, and a pattern matches files only, as with the `globby` of Azure's worker. Sorted, so
 * that the order of registration is the same everywhere; the file system's own order is not.
 */
function findEntryFiles(appDirectory: string, main: string): string[] {
  const pattern = main.replaceAll("\\", "/");
  const kind = kindOf(path.join(appDirectory, pattern));
  if (kind === "file") return [path.join(appDirectory, pattern)];
  const reason = kind === "folder" ? undefined : findExpensivePart(pattern);
  if (reason !== undefined) {
    throw new AppSetupError(
      `"main" in package.json takes too long to match: ${reason}. Write a simpler pattern, or the name of a folder.`,
    );
  }
  const [cwd, glob] = kind === "folder" ? [path.join(appDirectory, pattern), "**/*"] : [appDirectory, pattern];
  const matches = globSync(glob, { cwd }).sort();
  const files = matches.map((match) => path.join(cwd, match)).filter((file) => kindOf(file) === "file");
  if (files.length > 0) return files;
  throw new AppSetupError(
    kind === "folder" || /[*?{}[\]!()]/.test(pattern)
      ? `Found zero files matching the supplied pattern "${main}" ("main" in package.json). Was the app built?`
      : `File does not exist: "${main}" ("main" in package.json). ${guessMain(appDirectory, pattern)}`,
  );
}

/** `main` is not resolved as in Node, which is easily overlooked when the extension is missing. */
function guessMain(appDirectory: string, main: string): string {
  const found = [".js", ".mjs", ".cjs"].map((ending) => `${main}${ending}`);
  const meant = found.find((file) => existsSync(path.join(appDirectory, file)));
  return meant === undefined ? "Was the app built?" : `Write "${meant}": the extension is needed.`;
}

function kindOf(file: string): "file" | "folder" | "missing" {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return "missing";
  return stat.isDirectory() ? "folder" : "file";
}

async function loadFile(file: string, appPackage: AppPackage): Promise<void> {
  const extension = path.extname(file);
  const isModule = extension === ".mjs" || (extension !== ".cjs" && appPackage.type === "module");
  if (isModule) await import(pathToFileURL(file).href);
  else if (appPackage.keepsCompiled) requireCompiled(file, path.join(cacheFolder(process.env), "compiled"));
  else createRequire(file)(file);
}

/** Its text is the stack of the app's own file, which is what its author needs. */
function entryPointError(file: string, cause: unknown): Error {
  const detail = reasonOf(cause);
  const stack = cause instanceof Error ? withoutLoader(cause.stack ?? detail) : detail;
  const told = stack.includes(detail) ? stack : `${detail}\n${stack}`;
  const error = new Error(`Worker was unable to load entry point "${file}":\n${told}`, { cause });
  error.stack = error.message;
  return error;
}

/** Omits the frames of Node's module loader and of this worker. */
function withoutLoader(stack: string): string {
  const isOurs = (line: string) =>
    /^\s+at /.test(line) && (line.includes("node:internal/") || line.includes(__dirname));
  return stack
    .split("\n")
    .filter((line) => !isOurs(line))
    .join("\n");
}
