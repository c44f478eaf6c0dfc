import { readFileSync } from "node:fs";
import path from "node:path";
import { type FSWatcher, watch } from "chokidar";
import type { HostJson } from "./config/host-json.ts";

// Long enough for a build that writes many files; the same as in func.
const QUIET_MS = 500;
const CODE_EXTENSIONS = new Set([".js", ".mjs", ".cjs"]);
const TYPESCRIPT = /\.[cm]?ts$/;
const CONFIG_FILES = new Set(["host.json", "function.json", "proxies.json"]);
/** State and version control: changes there are not changes of the app. */
const IGNORED_DIRECTORIES = new Set([".git", ".same-kit", ".venv", "__pycache__"]);

export type AppWatch = { stop(): Promise<void> };

/**
 * Calls `onChange` half a second after the last change of the app's code or configuration.
 *
 * @see Azure/azure-functions-host, FileMonitoringService.cs
 */
export function watchApp(
  appDir: string,
  hostJson: () => HostJson | undefined,
  onChange: (file: string) => void,
): AppWatch {
  let timer: NodeJS.Timeout | undefined;
  const watcher: FSWatcher = watch(appDir, {
    ignoreInitial: true,
    // Watching every package would take thousands of watches; changes of the folder's own entries reveal an install.
    ignored: (file) => isIgnored(path.relative(appDir, file)),
  });
  watcher.on("all", (event, file) => {
    if (event === "addDir" || event === "unlinkDir") return;
    const isSource = TYPESCRIPT.test(file) && runsTypeScript(appDir);
    if (!isSource && !isRelevant(path.relative(appDir, file), hostJson())) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, QUIET_MS, path.relative(appDir, file));
  });
  return {
    async stop() {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}

/** If `main` names TypeScript, Node.js runs the sources directly; otherwise only the build output matters. */
function runsTypeScript(appDir: string): boolean {
  try {
    const { main } = JSON.parse(readFileSync(path.join(appDir, "package.json"), "utf8"));
    return /[.{,][cm]?ts\b/.test(String(main));
  } catch {
    return false;
  }
}

function isIgnored(relative: string): boolean {
  const segments = relative.split(path.sep);
  if (segments.some((segment) => IGNORED_DIRECTORIES.has(segment))) return true;
  const packages = segments.indexOf("node_modules");
  return packages >= 0 && segments.length > packages + 2;
}

function isRelevant(relative: string, hostJson: HostJson | undefined): boolean {
  const name = path.basename(relative);
  const [directory = ""] = relative.split(path.sep);
  if (CODE_EXTENSIONS.has(path.extname(name)) || CONFIG_FILES.has(name)) return true;
  return (hostJson?.watchFiles ?? []).includes(name) || (hostJson?.watchDirectories ?? []).includes(directory);
}
