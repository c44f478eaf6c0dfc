import { readFile } from "node:fs/promises";
import type { ReplayOptions, ReplayReport } from "@same-kit/local";
import { reasonOf, UsageError } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";

export type { ReplayReport } from "@same-kit/local";

type ReplayInput = Omit<ReplayOptions, "recordings" | "onReport" | "onLog" | "signal"> & {
  /** Files with recorded histories, as returned by the management API. */
  files: readonly string[];
};

type ReplayDeps = Pick<ReplayOptions, "onReport" | "onLog" | "signal"> & {
  replay(options: ReplayOptions): Promise<ReplayReport[]>;
};

/** @throws UsageError `ERR_RECORDING_FILE` for a file that cannot be read; errors of the replay. */
export async function replay(
  { files, ...input }: ReplayInput,
  { replay: run, ...deps }: ReplayDeps,
): Promise<ReplayReport[]> {
  const recordings = await Promise.all(files.map(readRecording));
  return run({ ...input, ...deps, recordings });
}

async function readRecording(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new UsageError<ToolkitErrorCode>({
      code: "ERR_RECORDING_FILE",
      message: `The recorded history ${file} cannot be read: ${reasonOf(cause)}.`,
      cause,
    });
  }
}
