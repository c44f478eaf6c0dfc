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

/**
 * Sends the contents that the app does not have yet.
 *
 * @returns What the run is started with; null where the app takes no files, as one of an older version.
 */
export async function sendFiles({ client, id, files, signal }: SendFiles): Promise<string | null> {
  const answer = await client.missingFiles(id, files.manifest, signal);
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
