import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { isRecord, readJson, writeJsonAtomic } from "@same-kit/shared";
import { isInCloud, pythonCacheFolder } from "./cache-folder.ts";

/** What an interpreter reports about itself. */
export type PythonFacts = {
  /** Its own `sys.executable`. */
  executable: string;
  /** For example `3.12.4`. */
  version: string;
  /** For example `3.12`: a session can only be loaded by the minor version that wrote it. */
  minor: string;
  major: number;
  implementation: string;
  /** Whether it can create virtual environments: Debian has that in a separate package. */
  hasVenv: boolean;
  isVirtualEnvironment: boolean;
};

/**
 * Queries an interpreter once, and again when its program or the description of its virtual environment has changed. A query costs a
 * start of Python, for which a run would wait.
 *
 * @param program - A path. A script, or a launcher such as `mise` or `py.exe`, can start another interpreter without changing itself,
 * so these are queried every time.
 */
export async function keptFacts<Refusal extends { rejected: string }>(
  program: string,
  env: NodeJS.ProcessEnv,
  ask: () => Promise<{ facts: PythonFacts } | Refusal>,
): Promise<{ facts: PythonFacts } | Refusal> {
  const name = isInCloud(env) ? undefined : identityOf(program);
  if (name === undefined) return ask();
  const file = path.join(pythonCacheFolder(env), "interpreters", `${name}.json`);
  const known: unknown = await readJson(file).catch(() => undefined);
  if (isFacts(known)) return { facts: known };
  const answer = await ask();
  // The modules that `hasVenv` depends on can be installed without a change to the program.
  if ("facts" in answer && answer.facts.hasVenv && isItself(program, answer.facts)) {
    await writeJsonAtomic(file, answer.facts).catch(() => {});
  }
  return answer;
}

/** Whether the program is the interpreter itself, not a program that starts it. */
function isItself(program: string, { executable }: PythonFacts): boolean {
  try {
    return realpathSync(executable) === realpathSync(program);
  } catch {
    return false;
  }
}

function identityOf(program: string): string | undefined {
  try {
    const real = realpathSync(program);
    if (isScript(real)) return undefined;
    const { ino, size, mtimeMs, ctimeMs } = statSync(real);
    const description = path.join(path.dirname(path.dirname(program)), "pyvenv.cfg");
    const environment = statSync(description, { throwIfNoEntry: false })?.mtimeMs ?? null;
    const identity = [program, real, ino, size, mtimeMs, ctimeMs, environment];
    return createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 32);
  } catch {
    return undefined; // A query will report why.
  }
}

function isScript(file: string): boolean {
  const start = Buffer.alloc(2);
  const opened = openSync(file, "r");
  try {
    readSync(opened, start, 0, start.length, 0);
  } finally {
    closeSync(opened);
  }
  return start.toString("latin1") === "#!";
}

function isFacts(value: unknown): value is PythonFacts {
  if (!isRecord(value)) return false;
  const { executable, version, minor, implementation, major, hasVenv, isVirtualEnvironment } = value;
  const areTexts = [executable, version, minor, implementation].every((it) => typeof it === "string" && it !== "");
  return areTexts && typeof major === "number" && hasVenv === true && typeof isVirtualEnvironment === "boolean";
}
