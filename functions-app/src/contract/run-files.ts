// The files of a run, in the working directory of its steps. A manifest lists them; their contents belong to the run too, identified by
// their hash.

import type { Limits } from "./limits.ts";

/** Names a manifest of `POST /api/runs/ID/files` by its SHA-256: the files for the first step. Upstream's clients do not send it. */
export const FILES_HEADER = "x-same-files";

/** `path` is relative, with `/`. `step` is the last step that created or changed it; absent: unchanged since the client sent it. */
export type RunFile = { path: string; step?: string } & (
  | {
      kind: "file";
      sha256: string;
      sizeBytes: number;
      /** Milliseconds since 1970. */
      modifiedMs: number;
      isExecutable?: true;
    }
  /** Points to `target`, which is relative to the link's own folder and inside the workspace. */
  | { kind: "link"; target: string }
  /** An empty folder: other folders are implied by the files in them. */
  | { kind: "folder" }
);

export type FileManifest = { formatVersion: 1; files: RunFile[] };

/** Body of `POST /api/runs/ID/files`: the manifest, and optionally any number of contents in base64, by SHA-256. */
export type FilesRequest = FileManifest & { contents?: Record<string, string> };

/** A content up to this size is stored with the manifest that it is sent with, up to {@link INLINE_FILES_BYTES} in all. */
export const INLINE_FILE_BYTES = 32 * 1024;
export const INLINE_FILES_BYTES = 128 * 1024;

/** Response of `POST /api/runs/ID/files`. */
export type MissingFiles = {
  /** The value for {@link FILES_HEADER}. */
  manifest: string;
  /** Contents to send with `PUT /api/runs/ID/files/SHA256`; the app has the others. */
  missing: string[];
};

const MAX_PATH_BYTES = 1024;
const MAX_NAME_BYTES = 255;

/**
 * Validates a manifest, because it names paths on this machine's disk.
 *
 * @returns The problem as a sentence, and whether it only concerns a size.
 */
export function parseManifest(
  value: unknown,
  limits: Pick<Limits, "files" | "fileBytes" | "workspaceBytes">,
): FileManifest | { wrong: string; isTooLarge: boolean } {
  const wrong = (text: string) => ({ wrong: text, isTooLarge: false });
  const { formatVersion, files, ...others } = Object(value) as Record<string, unknown>;
  if (formatVersion !== 1 || !Array.isArray(files) || Object.keys(others).length > 0) {
    return wrong('The manifest must be { "formatVersion": 1, "files": [...] }.');
  }
  const bad = files.findIndex((file) => !isRunFile(file));
  if (bad >= 0) return wrong(`files[${bad}] is not a file, a link or a folder with a path inside the workspace.`);
  const manifest = { formatVersion, files: files as RunFile[] } as const;
  const clash = findClash(manifest.files);
  if (clash !== undefined) return wrong(`The manifest names ${JSON.stringify(clash)} twice, or as more than a folder.`);
  const large = whyTooLarge(manifest.files, limits);
  return large === undefined ? manifest : { wrong: large, isTooLarge: true };
}

/** @returns A sentence; undefined if the files fit. */
export function whyTooLarge(
  files: readonly RunFile[],
  limits: Pick<Limits, "files" | "fileBytes" | "workspaceBytes">,
): string | undefined {
  if (files.length > limits.files) {
    return `There are ${files.length} files, more than the limit of ${limits.files} (app setting SAME_MAX_FILES).`;
  }
  let all = 0;
  for (const file of files) {
    const size = file.kind === "file" ? file.sizeBytes : 0;
    all += size;
    if (size > limits.fileBytes) {
      return `The file ${file.path} has ${size} bytes, more than the limit of ${limits.fileBytes} (app setting SAME_MAX_FILE_BYTES).`;
    }
  }
  if (all <= limits.workspaceBytes) return undefined;
  return `The files have ${all} bytes, more than the limit of ${limits.workspaceBytes} (app setting SAME_MAX_WORKSPACE_BYTES).`;
}

/** Whether a path stays inside the folder that it is relative to, on every operating system. */
export function isInnerPath(path: unknown): path is string {
  if (typeof path !== "string" || path === "" || Buffer.byteLength(path) > MAX_PATH_BYTES) return false;
  // Windows drives, streams and separators, terminal control characters, and invalid Unicode.
  if (/[\p{Cc}\p{Cs}\\\uFFFD]|^[A-Za-z]:/u.test(path)) return false;
  return path
    .split("/")
    .every((name) => name !== "" && name !== "." && name !== ".." && Buffer.byteLength(name) <= MAX_NAME_BYTES);
}

/**
 * Whether a link at `path` also stays inside: it first goes up from its own folder, not too far, then down. No path leads through a
 * link, so every `..` is relative to a real folder.
 */
export function isInnerTarget(path: string, target: unknown): target is string {
  if (typeof target !== "string") return false;
  const up = /^(?:\.\.\/)*/.exec(target)?.[0] ?? "";
  const isDeepEnough = up.length / 3 <= path.split("/").length - 1;
  return isDeepEnough && isInnerPath(target.slice(up.length));
}

function isRunFile(value: unknown): value is RunFile {
  const { kind, path, step, sha256, sizeBytes, modifiedMs, isExecutable, target, ...others } = Object(value) as Record<
    string,
    unknown
  >;
  const isNamed = isInnerPath(path) && (step === undefined || typeof step === "string");
  if (!isNamed || Object.keys(others).length > 0) return false;
  const isPlain = [sha256, sizeBytes, modifiedMs, isExecutable].every((it) => it === undefined);
  if (kind === "folder") return isPlain && target === undefined;
  if (kind === "link") return isPlain && isInnerTarget(path, target);
  const isSized = Number.isSafeInteger(sizeBytes) && (sizeBytes as number) >= 0 && Number.isFinite(modifiedMs);
  const isMarked = isExecutable === undefined || isExecutable === true;
  return kind === "file" && target === undefined && isSha256(sha256) && isSized && isMarked;
}

/** Whether the value is a hash of 64 lower-case hex digits. */
export const isSha256 = (text: unknown): text is string => typeof text === "string" && /^[0-9a-f]{64}$/.test(text);

/** A duplicate path, or a path with entries below it that is not a folder. */
function findClash(files: readonly RunFile[]): string | undefined {
  const taken = new Set<string>();
  for (const { path } of files) {
    if (taken.has(path)) return path;
    taken.add(path);
  }
  const isBelowAnother = ({ path }: RunFile) => parentsOf(path).find((parent) => taken.has(parent));
  return files.map(isBelowAnother).find((parent) => parent !== undefined);
}

function parentsOf(path: string): string[] {
  const names = path.split("/");
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join("/"));
}
