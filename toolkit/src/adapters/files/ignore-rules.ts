import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import ignore, { type Ignore } from "ignore";

/** The rules of one file, and the folder to which their patterns are relative. */
type RuleFile = { base: string; rules: Ignore };

/** Git's rules, then those of `.sameignore`; the last matching rule decides, so `.sameignore` can include a file again. */
export type IgnoreRules = { git: readonly RuleFile[]; same: readonly RuleFile[] };

/** The rules that apply to `folder` from the repository above it. */
export async function rulesAbove(folder: string): Promise<IgnoreRules> {
  const root = await repositoryOf(folder);
  if (root === null) return { git: [], same: [] };
  const excluded = await readRules(root, path.join(".git", "info", "exclude"));
  const git = [...excluded];
  for (let base = root; base !== folder; base = path.join(base, path.relative(base, folder).split(path.sep)[0] ?? "")) {
    git.push(...(await readRules(base, ".gitignore")));
  }
  return { git, same: [] };
}

/** Adds the rules in the folder's own files. */
export async function rulesIn(folder: string, { git, same }: IgnoreRules): Promise<IgnoreRules> {
  return {
    git: [...git, ...(await readRules(folder, ".gitignore"))],
    same: [...same, ...(await readRules(folder, ".sameignore"))],
  };
}

/** Expects an entry whose folder is not ignored. */
export function isIgnored(file: string, isFolder: boolean, { git, same }: IgnoreRules): boolean {
  let ignored = false;
  for (const { base, rules } of [...git, ...same]) {
    const relative = path.relative(base, file).split(path.sep).join("/");
    const found = rules.test(isFolder ? `${relative}/` : relative);
    if (found.ignored) ignored = true;
    else if (found.unignored) ignored = false;
  }
  return ignored;
}

async function repositoryOf(folder: string): Promise<string | null> {
  for (let at = folder; ; at = path.dirname(at)) {
    if ((await stat(path.join(at, ".git")).catch(() => null)) !== null) return at;
    if (at === path.dirname(at)) return null;
  }
}

async function readRules(base: string, name: string): Promise<RuleFile[]> {
  const text = await readFile(path.join(base, name), "utf8").catch(() => null);
  return text === null ? [] : [{ base, rules: ignore().add(text) }];
}
