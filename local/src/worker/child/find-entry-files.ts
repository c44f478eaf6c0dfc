import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { compileGlob, type Glob, reasonOf } from "@same-kit/shared";
import { AppSetupError } from "./app-setup-error.ts";

const MAGIC = /[*?{}[\]!()]/;

/**
 * Finds the files that `main` in an app's package.json stands for. A folder stands for all files below it, and a
 * pattern matches only files, as with `globby` in Azure's worker. The result is sorted, so that the registration order
 * is the same everywhere, unlike the file system's order.
 */
export async function findEntryFiles(appDirectory: string, main: string): Promise<string[]> {
  const pattern = main.replaceAll("\\", "/");
  const kind = kindOf(path.join(appDirectory, pattern));
  if (kind === "file") return [path.join(appDirectory, pattern)];
  const files =
    kind === "folder"
      ? await findMatches(path.join(appDirectory, pattern), "**")
      : await findMatches(appDirectory, pattern);
  if (files.length > 0) return files.sort();
  throw new AppSetupError(
    kind === "folder" || MAGIC.test(pattern)
      ? `Found zero files matching the supplied pattern "${main}" ("main" in package.json). Was the app built?`
      : `File does not exist: "${main}" ("main" in package.json). ${guessMain(appDirectory, pattern)}`,
  );
}

async function findMatches(folder: string, pattern: string): Promise<string[]> {
  const names = pattern.split("/").filter((name) => name !== "." && name !== "");
  const fixed = names.findIndex((name) => MAGIC.test(name));
  if (fixed < 0) return [];
  const base = path.join(folder, ...names.slice(0, fixed));
  const rest = names.slice(fixed);
  const glob = await compileMain(rest.join("/"), pattern);
  const depth = rest.some((name) => name.includes("**")) ? Number.POSITIVE_INFINITY : rest.length;
  return kindOf(base) === "folder" ? walk({ base, glob }, "", depth, []) : [];
}

async function compileMain(pattern: string, main: string): Promise<Glob> {
  try {
    return await compileGlob(pattern, { ignoreCase: process.platform === "win32" || process.platform === "darwin" });
  } catch (error) {
    throw new AppSetupError(
      `"main" in package.json, "${main}", cannot be matched: ${reasonOf(error)}. Write a simpler pattern, or the name of a folder.`,
    );
  }
}

/** @param above - Real paths of the parent folders: a link back to one of them is not followed. */
function walk(search: { base: string; glob: Glob }, folder: string, depth: number, above: string[]): string[] {
  const location = path.join(search.base, folder);
  const real = realpathSync(location);
  if (depth === 0 || above.includes(real)) return [];
  return readdirSync(location).flatMap((name) => {
    if (name.startsWith(".") && !search.glob.matchesHidden) return [];
    const relative = folder === "" ? name : `${folder}/${name}`;
    const kind = kindOf(path.join(search.base, relative));
    if (kind === "folder") return walk(search, relative, depth - 1, [...above, real]);
    return kind === "file" && search.glob.matches(relative) ? [path.join(search.base, relative)] : [];
  });
}

/** Suggests a file: unlike in Node.js, `main` is not resolved, so a missing extension is easily overlooked. */
function guessMain(appDirectory: string, main: string): string {
  const found = [".js", ".mjs", ".cjs"].map((ending) => `${main}${ending}`);
  const meant = found.find((file) => existsSync(path.join(appDirectory, file)));
  return meant === undefined ? "Was the app built?" : `Write "${meant}": the extension is needed.`;
}

/** A link that points to itself counts as missing too. */
function kindOf(file: string): "file" | "folder" | "missing" {
  try {
    return statSync(file).isDirectory() ? "folder" : "file";
  } catch {
    return "missing";
  }
}
