import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { OperationError } from "@same-kit/shared";
import type { AppClient } from "../../adapters/app/app-client.ts";
import type { CollectedFiles } from "../../adapters/files/collect-files.ts";
import type { ToolkitErrorCode } from "../../errors.ts";

export type SendFiles = {
  client: Pick<AppClient, "missingFiles" | "putFile">;
  id: string;
  files: CollectedFiles;
  signal: AbortSignal;
};

const AT_ONCE = 4;
// Each other content costs a round trip, and on a slow line more than what is sent twice when a run is sent again.
const SMALL_BYTES = 32 * 1024;
const ALL_SMALL_BYTES = 128 * 1024;

/**
 * Sends small contents with the manifest, and of the others those that the app does not have yet.
 *
 * @returns What the run is started with; null where the app takes no files, as one of an older version.
 */
export async function sendFiles({ client, id, files, signal }: SendFiles): Promise<string | null> {
  const contents = await readSmall(files);
  const answer = await client.missingFiles(id, { ...files.manifest, contents }, signal);
  if (answer === null) return null;
  const rest = [...answer.missing];
  const worker = async () => {
    for (let sha256 = rest.pop(); sha256 !== undefined; sha256 = rest.pop()) {
      await client.putFile(id, sha256, await readAsNamed(files, sha256), signal);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answer.manifest;
}

async function readSmall(files: CollectedFiles): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  let left = ALL_SMALL_BYTES;
  for (const file of files.manifest.files) {
    const size = file.kind === "file" ? file.sizeBytes : Number.POSITIVE_INFINITY;
    if (file.kind !== "file" || size > Math.min(left, SMALL_BYTES) || file.sha256 in contents) continue;
    contents[file.sha256] = Buffer.from(await readAsNamed(files, file.sha256)).toString("base64");
    left -= size;
  }
  return contents;
}

async function readAsNamed({ paths }: CollectedFiles, sha256: string): Promise<Uint8Array> {
  const file = paths.get(sha256);
  const content = file === undefined ? null : await readFile(file).catch(() => null);
  if (content !== null && createHash("sha256").update(content).digest("hex") === sha256) return content;
  throw new OperationError<ToolkitErrorCode>({
    code: "ERR_FILES_CHANGED",
    message: `${file ?? sha256} changed while the run's files were being sent.`,
    hint: "Run the notebook again once nothing writes to its folder.",
  });
}
