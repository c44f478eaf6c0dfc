import { chmod, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { OperationError, writeFileAtomic } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";

type ShimTarget = {
  /** The folder for the `func`. */
  dir: string;
  /** The Node that runs it, if it still exists then; otherwise the one on PATH. */
  node: string;
  /** `bin/same-kit.cjs` of this package. */
  launcher: string;
  platform: NodeJS.Platform;
};

const MARK = "This func is same-kit's.";
const EXECUTABLE = 0o755;

/**
 * Writes a `func` that calls same-kit.
 *
 * @returns The path of the file.
 * @throws OperationError `ERR_FUNC_SHIM` if another func exists there.
 */
export async function writeFuncShim({ dir, node, launcher, platform }: ShimTarget): Promise<string> {
  const file = path.join(dir, platform === "win32" ? "func.cmd" : "func");
  const found = await readFile(file, "utf8").catch(() => null);
  if (found !== null && !found.includes(MARK)) {
    throw new OperationError<ToolkitErrorCode>({
      code: "ERR_FUNC_SHIM",
      message: `${file} is a different func and was not changed.`,
      hint: "Choose another folder, and put it on PATH before that one.",
    });
  }
  await mkdir(dir, { recursive: true });
  const content = platform === "win32" ? batchFile(node, launcher) : shellScript(node, launcher);
  await writeFileAtomic(file, content, { mode: EXECUTABLE });
  // The umask may have removed the permission of other users, who may be meant to run it.
  await chmod(file, EXECUTABLE);
  return file;
}

function shellScript(node: string, launcher: string): string {
  return [
    "#!/bin/sh",
    `# ${MARK} Remove this file, and the func behind it on PATH is found again.`,
    `node=${quote(node)}`,
    '[ -x "$node" ] || node=node',
    `exec "$node" ${quote(launcher)} func "$@"`,
    "",
  ].join("\n");
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A percent sign starts a variable. */
function batchFile(node: string, launcher: string): string {
  const [nodeText, launcherText] = [node, launcher].map((text) => text.replaceAll("%", "%%"));
  return [
    "@echo off",
    `rem ${MARK} Remove this file, and the func behind it on PATH is found again.`,
    "setlocal",
    `set "node=${nodeText}"`,
    'if not exist "%node%" set "node=node"',
    `"%node%" "${launcherText}" func %*`,
    "",
  ].join("\r\n");
}
