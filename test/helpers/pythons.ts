import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { packageRoot } from "@same-kit/shared";
import { type Interpreter, listPythons } from "../../functions-app/src/python/index.ts";

/** The built app's own Python files, dill included. */
export const appPythonDir = path.join(packageRoot(), "dist", "functions-app", "python");

/**
 * Every CPython on this machine that the app can use, one per minor version, including those of version managers.
 *
 * @throws Error if there is none: tests that need it must not pass by doing nothing.
 */
export async function listTestPythons(): Promise<Interpreter[]> {
  const { usable, rejected } = await listPythons({ env: process.env });
  const byMinor = new Map<string, Interpreter>();
  for (const python of usable) if (!byMinor.has(python.minor)) byMinor.set(python.minor, python);
  if (byMinor.size === 0) throw new Error(`No usable Python on this machine. Tried: ${JSON.stringify(rejected)}`);
  return [...byMinor.values()].sort((a, b) => a.version.localeCompare(b.version, "en", { numeric: true }));
}

/** A minimal wheel of one module with a VERSION, so that pip has something to install without any index. */
export function tinyWheel(name: string, version: string): { fileName: string; files: Record<string, string> } {
  const info = `${name}-${version}.dist-info`;
  const files: Record<string, string> = {
    [`${name}.py`]: `VERSION = ${JSON.stringify(version)}\n`,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  };
  const record = Object.entries(files).map(([file, text]) => {
    const hash = createHash("sha256").update(text).digest("base64url");
    return `${file},sha256=${hash},${Buffer.byteLength(text)}`;
  });
  files[`${info}/RECORD`] = `${[...record, `${info}/RECORD,,`].join("\n")}\n`;
  return { fileName: `${name}-${version}-py3-none-any.whl`, files };
}

/** The folders that steps left in `tempDir`; normally none. */
export const isThere = (file: string): boolean => statSync(file, { throwIfNoEntry: false }) !== undefined;

/** Whether a process is running; a zombie is not. */
export function isRunning(pid: number): boolean {
  if (os.platform() !== "linux") {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
