import { lstatSync, statSync } from "node:fs";
import path from "node:path";

const ROOT = 0;

/**
 * Finds what another user placed in a state folder. In a folder that everyone can write to, such as the temp folder,
 * any user can create a `.same-kit`, or a link with that name, and wait for someone to use it: they would know its keys
 * and control which Python runs. Root may work in another user's project, for example in a container, so root also
 * trusts the owner of the parent folder.
 *
 * @param names - The entries of `dir` that same-kit uses.
 * @returns The first such path; `undefined` if there is none, or if the system has no user ids.
 */
export function findForeign(dir: string, names: readonly string[]): string | undefined {
  const ownUid = process.geteuid?.();
  if (ownUid === undefined) return undefined;
  const trusted = new Set([ROOT, ownUid]);
  if (ownUid === ROOT) for (const uid of ownersOf(path.dirname(dir))) trusted.add(uid);
  for (const file of [dir, ...names.map((name) => path.join(dir, name))]) {
    if (ownersOf(file).some((uid) => !trusted.has(uid))) return file;
  }
  return undefined;
}

/** For a link: the owners of the link and of its target. */
function ownersOf(file: string): number[] {
  return [lstatSync, statSync].flatMap((ask) => {
    try {
      return [ask(file).uid];
    } catch {
      return [];
    }
  });
}
