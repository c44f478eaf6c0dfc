import { statSync } from "node:fs";
import { OperationError, readLocalFile } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";

// Far more than an app accepts, and far less than V8's longest text: a notebook consists mostly of outputs.
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * @param what - The use of the file, for the message: "FILE, WHAT, cannot be read".
 * @returns The text without its byte order mark.
 * @throws OperationError `ERR_FILE_MISSING`, `ERR_FILE_UNUSABLE`.
 */
export async function readTextFile(file: string, what: string): Promise<string> {
  const content = await readBytes(file, what);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch (cause) {
    throw unusable(`${file}, ${what}, is not UTF-8 text.`, "Save it as UTF-8; PowerShell's > writes UTF-16.", cause);
  }
}

/** @throws OperationError `ERR_FILE_MISSING`, `ERR_FILE_UNUSABLE`. */
export async function readBytes(file: string, what: string): Promise<Buffer> {
  try {
    refuseUnusable(file, what);
    return await readLocalFile(file);
  } catch (cause) {
    if (cause instanceof OperationError) throw cause;
    throw new OperationError<ToolkitErrorCode>({
      code: "ERR_FILE_MISSING",
      message: `${file}, ${what}, cannot be read: ${(cause as Error).message}.`,
      hint: "Paths in same.yaml are relative to its own folder.",
      cause,
    });
  }
}

function refuseUnusable(file: string, what: string): void {
  const found = statSync(file);
  // A pipe or a device may never end.
  if (!found.isFile()) {
    throw unusable(`${file}, ${what}, is ${found.isDirectory() ? "a folder" : "not a regular file"}.`, "Name a file.");
  }
  if (found.size > MAX_BYTES) {
    throw unusable(
      `${file}, ${what}, has ${found.size} bytes; at most ${MAX_BYTES} are read.`,
      "Clear a notebook's outputs; give large data sets as http(s) URLs.",
    );
  }
}

function unusable(message: string, hint: string, cause?: unknown): OperationError<ToolkitErrorCode> {
  return new OperationError({ code: "ERR_FILE_UNUSABLE", message, hint, cause });
}
