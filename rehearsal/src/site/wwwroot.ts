import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { identifyThisProcess, isProcessAlive, type ProcessIdentity } from "@same-kit/shared";
import { removePackage } from "./unpack-package.ts";

/** A folder below the temp folder, and the process that unpacks packages into it. */
export type StoredWwwroot = { folder: string; owner: ProcessIdentity };

export type WwwrootOptions = {
  /** Those of all processes that opened this cloud; changed in place. */
  stored: StoredWwwroot[];
  save: () => void;
  /** {@link removePackage} by default. */
  removeFolder?: (folder: string) => Promise<void>;
};

/**
 * Where this process unpacks packages. Not below the cloud's own folder: a node_modules above it would hide what a package lacks.
 * Under the temp folder others may prepare what they can guess; so the name is a secret of the state file, the folder must be
 * new, and only what the state file names is ever cleaned up.
 */
export class Wwwroot {
  readonly #options: WwwrootOptions;
  #folder: Promise<string> | null = null;

  constructor(options: WwwrootOptions) {
    this.#options = options;
  }

  /** A place for one package; the folder itself is not made. */
  async placeFor(site: string, deploymentId: string): Promise<string> {
    this.#folder ??= this.#create();
    return path.join(await this.#folder, site, deploymentId);
  }

  /** Removes what processes left that did not live to clean up. */
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

  /** Written down before it is made: a process that ends in between leaves nothing that no state file knows. */
  async #create(): Promise<string> {
    const folder = path.join(os.tmpdir(), `same-kit-wwwroot-${randomUUID()}`);
    this.#options.stored.push({ folder, owner: identifyThisProcess() });
    this.#options.save();
    await mkdir(folder, { mode: 0o700 });
    return folder;
  }

  async #remove(folder: string): Promise<void> {
    const { stored, save, removeFolder = removePackage } = this.#options;
    // What cannot be removed stays in the list: the next process tries again, and what was deployed counts all the same.
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
