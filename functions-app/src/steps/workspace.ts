import { sha256OfFile } from "@same-kit/shared";
// The steps' working directory is part of the run: a manifest, passed by reference, lists its files. Their contents are in the manifest, or
// blobs of the run named by their hash, so that only files that a step added or changed are stored after it.

import { chmod, mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import type { BlobReference } from "../contract/blob-reference.ts";
import type { Limits } from "../contract/limits.ts";
import { type RunFile, whyTooLarge } from "../contract/run-files.ts";
import { inParallel } from "./in-parallel.ts";
import { type FilesFound, type FoundFile, listFiles } from "./list-files.ts";
import type { RunBlobs } from "./run-blobs.ts";
import { StepRefused } from "./step-contents.ts";
import { type Contents, hashesOf, type StoredFiles, writeManifest } from "./stored-manifest.ts";

type WorkspaceOptions = {
  /** The working directory; it must exist. */
  folder: string;
  instanceId: string;
  blobs: Pick<RunBlobs, "loadFile" | "saveFile" | "save">;
  limits: Pick<Limits, "files" | "workspaceBytes">;
};

type Known = { mark: string; file: RunFile | undefined };

const MAX_NAMED = 5;

export class Workspace {
  readonly #options: WorkspaceOptions;
  /** The files at the start of the step, by path. */
  readonly #before = new Map<string, Known>();
  /** Hashes of the contents that are blobs of the run. */
  readonly #stored = new Set<string>();
  #inline: Contents = new Map();
  #sent: BlobReference | undefined;
  #leftOut: string[] = [];
  #saved: readonly RunFile[] = [];

  constructor(options: WorkspaceOptions) {
    this.#options = options;
  }

  /** The files after the step, once they are saved. */
  get saved(): readonly RunFile[] {
    return this.#saved;
  }

  /** Warnings about files that are not passed on. */
  get warnings(): string[] {
    if (this.#leftOut.length === 0) return [];
    const more = this.#leftOut.length - MAX_NAMED;
    const named = `${this.#leftOut.slice(0, MAX_NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
    return [`Not all of the working directory is passed to later steps and saved with the result: ${named} left out.`];
  }

  /**
   * Creates the files; `write` adds files that are not part of the run.
   *
   * @param own - Top-level names that `write` creates.
   */
  async begin(
    { files, inline }: StoredFiles,
    manifest: BlobReference | undefined,
    own: readonly string[],
    write: () => Promise<void>,
  ): Promise<void> {
    this.#sent = manifest;
    this.#inline = inline;
    const wanted = files.filter(({ path: at }) => !own.includes(at.split("/")[0] as string));
    await inParallel(wanted, (file) => this.#lay(file));
    // After all folders and files, so that nothing is written through a link.
    for (const file of wanted) if (file.kind === "link") await symlink(file.target, this.#pathOf(file));
    await write();
    const byPath = new Map(files.map((file) => [file.path, file]));
    for (const sha256 of hashesOf(files)) if (!inline.has(sha256)) this.#stored.add(sha256);
    const { files: found } = await listFiles(this.#options.folder, Number.POSITIVE_INFINITY);
    for (const { path: at, mark } of found) this.#before.set(at, { mark, file: byPath.get(at) });
  }

  /**
   * Stores the files that the step added and changed.
   *
   * @returns The manifest; undefined if there are no files.
   * @throws StepRefused if they exceed the limits.
   */
  async save(step: string): Promise<BlobReference | undefined> {
    const { folder, limits } = this.#options;
    const found = await listFiles(folder, limits.files);
    this.#leftOut = found.leftOut;
    this.#refuseTooMuch(found);
    const files = (await inParallel(found.files, (file) => this.#take(file, step))).filter((it) => it !== undefined);
    this.#saved = files;
    const isSame = files.length === this.#countBefore() && files.every((it) => it === this.#before.get(it.path)?.file);
    if (isSame && this.#sent !== undefined) return this.#sent;
    if (files.length === 0) return undefined;
    const { blobs, instanceId } = this.#options;
    return blobs.save(instanceId, "files", writeManifest({ files, inline: this.#inline }));
  }

  #countBefore(): number {
    return [...this.#before.values()].filter(({ file }) => file !== undefined).length;
  }

  #refuseTooMuch({ files, isCutOff }: FilesFound): void {
    const { limits } = this.#options;
    const sized = files.map((file) => ({ ...file, sha256: "" }) as RunFile);
    const why = whyTooLarge(sized, { ...limits, fileBytes: Number.POSITIVE_INFINITY });
    if (why === undefined && !isCutOff) return;
    const text = why ?? `There are more files than ${limits.files} (app setting SAME_MAX_FILES).`;
    const remedy = "Delete what later steps do not need, or write it outside of the working directory.";
    throw new StepRefused("WorkspaceTooLarge", `The step's working directory exceeds the limits. ${text} ${remedy}`);
  }

  async #lay(file: RunFile): Promise<void> {
    const target = this.#pathOf(file);
    await mkdir(file.kind === "folder" ? target : path.dirname(target), { recursive: true });
    if (file.kind !== "file") return;
    const content = this.#inline.get(file.sha256);
    if (content !== undefined) await writeFile(target, content);
    else await this.#options.blobs.loadFile(this.#options.instanceId, file.sha256, target);
    await chmod(target, file.isExecutable ? 0o755 : 0o644);
    // A program that compares times, such as make, must find them unchanged.
    await utimes(target, file.modifiedMs / 1000, file.modifiedMs / 1000);
  }

  async #take(found: FoundFile, step: string): Promise<RunFile | undefined> {
    const before = this.#before.get(found.path);
    if (before?.mark === found.mark) return before.file;
    const { path: at } = found;
    if (found.kind === "folder") return { kind: "folder", path: at, step };
    if (found.kind === "link") {
      const isSame = before?.file?.kind === "link" && before.file.target === found.target;
      return isSame ? before.file : { kind: "link", path: at, target: found.target, step };
    }
    const sha256 = await sha256OfFile(this.#pathOf(found)).catch(() => undefined);
    if (sha256 === undefined) {
      // The step has removed the permission to read it.
      this.#leftOut.push(`${at} (it cannot be read)`);
      return undefined;
    }
    const { sizeBytes, modifiedMs, isExecutable } = found;
    const known = before?.file;
    const isSame = known?.kind === "file" && known.sha256 === sha256 && (known.isExecutable ?? false) === isExecutable;
    if (isSame) return known;
    await this.#store(at, sha256);
    return { kind: "file", path: at, sha256, sizeBytes, modifiedMs, ...(isExecutable && { isExecutable }), step };
  }

  async #store(at: string, sha256: string): Promise<void> {
    const { folder, blobs, instanceId } = this.#options;
    if (this.#stored.has(sha256)) return;
    this.#stored.add(sha256);
    await blobs.saveFile(instanceId, sha256, path.join(folder, at));
  }

  #pathOf = ({ path: at }: Pick<RunFile, "path">): string => path.join(this.#options.folder, at);
}
