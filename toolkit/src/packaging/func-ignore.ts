import { readFile } from "node:fs/promises";
import path from "node:path";
import ignore from "ignore";

/** What Core Tools never publish, and our own state. */
const NEVER = [".git", ".vscode", ".same-kit", "local.settings.json", ".funcignore", ".gitignore"];

/**
 * What of an app's folder is published: all but what its `.funcignore` names, with the patterns of a `.gitignore`.
 *
 * @returns Takes a path relative to the folder, with `/`; a folder's ends in one.
 */
export async function publishedFiles(appDir: string): Promise<(relativePath: string) => boolean> {
  const text = await readFile(path.join(appDir, ".funcignore"), "utf8").catch(() => "");
  const rules = ignore().add(text);
  const never = ignore().add(NEVER);
  return (relativePath) => !never.ignores(relativePath) && !rules.ignores(relativePath);
}
