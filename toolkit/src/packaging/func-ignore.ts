import { readFile } from "node:fs/promises";
import path from "node:path";
import ignore from "ignore";

/** Files that Core Tools never publish, and our own state. */
const NEVER = [".git", ".vscode", ".same-kit", "local.settings.json", ".funcignore", ".gitignore"];

/**
 * The files of an app's folder that are published: all except those in its `.funcignore`, which has the patterns of a `.gitignore`.
 *
 * @returns A filter for paths relative to the folder, with `/`; the path of a folder ends with one.
 */
export async function publishedFiles(appDir: string): Promise<(relativePath: string) => boolean> {
  const text = await readFile(path.join(appDir, ".funcignore"), "utf8").catch(() => "");
  const rules = ignore().add(text);
  const never = ignore().add(NEVER);
  return (relativePath) => !never.ignores(relativePath) && !rules.ignores(relativePath);
}
