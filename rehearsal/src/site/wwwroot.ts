import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { identifyThisProcess, isProcessAlive, type ProcessIdentity } from "@same-kit/shared";
import { removePackage } from "./unpack-package.ts";

/** A folder below the temp folder, and the process that unpacks packages into it. */
export type StoredWwwroot = { folder: string; owner: ProcessIdentity };

type WwwrootOptions = {
  /** Folders of all processes that opened this cloud; modified in place. */
  stored: StoredWwwroot[];
  save: () => void;
  /** Default: {@link removePackage}. */
  removeFolder?: (folder: string) => Promise<void>;
};

/**
 * The folder into which this process unpacks packages. It is outside the cloud's own folder, because a node_modules
 * above it would hide missing dependencies. Other users can prepare guessable paths in the temp folder: the name is a
 * secret of the state file, the folder must be new, and only what the state file names is ever removed.
 */
export class Wwwroot {
  readonly #options: WwwrootOptions;
  #folder: Promise<string> | null = null;

  constructor(options: WwwrootOptions) {
    this.#options = options;
  }

  /** The path for one package; the folder itself is not created. */
  async placeFor(site: string, deploymentId: string): Promise<string> {
    this.#folder ??= this.#create();
    return path.join(await this.#folder, site, deploymentId);
  }

  /** Removes folders left by processes that ended without cleaning up. */
  async removeStale(): Promise<void> {
    for (const wwwroot of this.#options.stored.filter(({ owner }) => !isProcessAlive(owner))) {
      await this.#remove(wwwroot.folder);
    }
  }

  async remove(): Promise<void> {
    const folder = await this.#folder?.catch(() => null);
    this.#folder = null;
    if (folder !== null && folder !== undefined) await this.#remove(folder);
  }

  /** Recorded before it is created: if the process ends in between, no unrecorded folder is left. */
  async #create(): Promise<string> {
    const folder = path.join(os.tmpdir(), `same-kit-wwwroot-${randomUUID()}`);
    this.#options.stored.push({ folder, owner: identifyThisProcess() });
    this.#options.save();
    await mkdir(folder, { mode: 0o700 });
    return folder;
  }

  async #remove(folder: string): Promise<void> {
    const { stored, save, removeFolder = removePackage } = this.#options;
    // A folder that cannot be removed stays in the list: the next process tries again, and the deployment is still
    // valid.
    const isRemoved = await removeFolder(folder).then(
      () => true,
      () => false,
    );
    if (!isRemoved) return;
    const kept = stored.filter((other) => other.folder !== folder);
    stored.splice(0, stored.length, ...kept);
    save();
  }
}
