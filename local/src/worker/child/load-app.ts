import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { compiledFolder, isRecord, reasonOf, requireCompiled } from "@same-kit/shared";
import { AppSetupError } from "./app-setup-error.ts";
import { findEntryFiles } from "./find-entry-files.ts";
import type { FunctionRegistry } from "./function-registry.ts";
import { refuseOlderModel, refuseOtherLanguages } from "./other-apps.ts";
import { watchParent } from "./watch-parent.ts";

type AppPackage = {
  main?: string;
  type?: string;
  /** Whether `main` is one of our bundles, whose compiled code is cached between starts. */
  keepsCompiled?: true;
};

/** `import` of a file that is loaded as usual: in a compiled one, Node prints a warning about an experimental feature. */
export type ImportModule = (url: string) => Promise<unknown>;

type Loading = { warn: (text: string) => void; importModule: ImportModule };

/**
 * Loads the entry files named by the app's package.json, one after another, as Azure's worker does: `main` is a path or
 * glob relative to the app, not something that Node.js resolves, and only the app's own `type` determines what `.js`
 * is.
 */
export async function loadApp(
  appDirectory: string,
  registry: FunctionRegistry,
  { warn, importModule }: Loading,
): Promise<void> {
  refuseOtherLanguages(appDirectory);
  const appPackage = readAppPackage(appDirectory, warn);
  watchParent({ isOwnApp: appPackage.keepsCompiled === true });
  if (appPackage.main === undefined) {
    refuseOlderModel(appDirectory);
    throw new AppSetupError(
      `package.json in ${appDirectory} has no "main", so no function can register. Name the file, or a glob of files, that call "app.http" and so on (programming model v4).`,
    );
  }
  for (const file of await entryFilesOf(appDirectory, appPackage.main)) {
    registry.currentFile = file;
    try {
      await loadFile(file, appPackage, importModule);
    } catch (error) {
      throw entryPointError(path.relative(appDirectory, file), error);
    } finally {
      registry.currentFile = undefined;
    }
  }
}

async function entryFilesOf(appDirectory: string, main: string): Promise<readonly string[]> {
  try {
    return await findEntryFiles(appDirectory, main);
  } catch (error) {
    // `npm init` sets `main` to an index.js that such an app does not have.
    refuseOlderModel(appDirectory);
    throw error;
  }
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

async function loadFile(file: string, appPackage: AppPackage, importModule: ImportModule): Promise<void> {
  const extension = path.extname(file);
  const isModule = extension === ".mjs" || (extension !== ".cjs" && appPackage.type === "module");
  if (isModule) await importModule(pathToFileURL(file).href);
  else if (appPackage.keepsCompiled) requireCompiled(file, compiledFolder(process.env));
  else createRequire(file)(file);
}

/** The error's text is the stack of the app's own file, which is what its author needs. */
function entryPointError(file: string, cause: unknown): Error {
  const detail = reasonOf(cause);
  const stack = cause instanceof Error ? withoutLoader(cause.stack ?? detail) : detail;
  const told = stack.includes(detail) ? stack : `${detail}\n${stack}`;
  const error = new Error(`Worker was unable to load entry point "${file}":\n${told}`, { cause });
  error.stack = error.message;
  return error;
}

/** Omits the stack frames of Node's module loader and of this worker. */
function withoutLoader(stack: string): string {
  const isOurs = (line: string) =>
    /^\s+at /.test(line) && (line.includes("node:internal/") || line.includes(__dirname));
  return stack
    .split("\n")
    .filter((line) => !isOurs(line))
    .join("\n");
}
