import type { RunFile } from "@same-kit/functions-app/contract";
import type { RunFolder, RunRecords } from "../../adapters/records/run-records.ts";
import { applyFiles, knownAfter } from "./apply-files.ts";
import type { RunningRun } from "./run-state.ts";
import type { SavedFiles } from "./save-files.ts";

/** A file in a run's folder with the state of the notebook's folder, as far as runs have read or written it. */
const KNOWN_FILES = "in-place.json";

/** Stores the files of the notebook's folder that the run knows, for a run that continues it. */
export async function saveKnown(folder: RunFolder, files: readonly RunFile[]): Promise<void> {
  await folder.saveFile(KNOWN_FILES, JSON.stringify({ formatVersion: 1, files }));
}

/** A run that continues another one takes over its known state. Empty if that record is gone: then nothing is overwritten. */
export async function readKnown(records: RunRecords, run: RunFolder): Promise<readonly RunFile[]> {
  let folder: RunFolder | null = run;
  while (folder !== null) {
    const text = await folder.readFile(KNOWN_FILES);
    if (text !== null) return (JSON.parse(text) as { files: RunFile[] }).files;
    const earlier: string | undefined = folder.record.inPlace?.after;
    folder = earlier === undefined ? null : await records.find(earlier);
  }
  return [];
}

/** Writes the changes of a completed run into the notebook's folder, if it was started with `--in-place`. */
export async function writeInPlace({ records, folder }: RunningRun, files: SavedFiles): Promise<SavedFiles> {
  const { inPlace } = folder.record;
  if (inPlace === undefined) return files;
  const { warnings: unsaved, ...saved } = files;
  const options = { folder: inPlace.folder, known: await readKnown(records, folder), saved };
  const { applied, warnings } = await applyFiles(options);
  await saveKnown(folder, await knownAfter(options, applied));
  return { ...saved, inPlace: applied, warnings: [...unsaved, ...warnings] };
}
