import type { Logger, LogSink } from "@same-kit/shared";
import { reasonOf } from "@same-kit/shared";
import type { BootedSite, BootSite } from "./boot-site.ts";
import { findStorageFault } from "./boot-site.ts";

/**
 * - `empty`: nothing has been deployed yet.
 * - `hollow`: deployed, but Azure would silently find no functions in it.
 * - `ready`: a package that boots on the first request.
 * - `stored`: one of these from an earlier process, unpacked on the first request.
 */
export type SitePackage = UnpackedPackage | { kind: "stored"; restore: () => Promise<UnpackedPackage> };

export type UnpackedPackage = { kind: "empty" } | { kind: "hollow" } | { kind: "ready"; folder: string };

/** A site without a package, without functions, with a running host, or with a host that failed to start. */
export type HostState =
  | { kind: "none" }
  | { kind: "hollow" }
  | { kind: "running"; host: BootedSite }
  | { kind: "error"; message: string };

type SiteRuntimeOptions = {
  name: string;
  bootSite: BootSite;
  settings: () => Record<string, string>;
  onLog: LogSink;
  log: Logger;
};

/** The host of one site: boots the active package on first use, and again after each change. */
export class SiteRuntime {
  readonly #options: SiteRuntimeOptions;
  #package: SitePackage = { kind: "empty" };
  #booting: Promise<HostState> | null = null;
  #hasRun = false;

  constructor(options: SiteRuntimeOptions) {
    this.#options = options;
  }

  /** Whether a host was ever started on a package; keys exist only after that. */
  get hasRun(): boolean {
    return this.#hasRun;
  }

  async replacePackage(sitePackage: SitePackage): Promise<void> {
    await this.stop();
    this.#package = sitePackage;
  }

  /** The state of the host, which is booted now if necessary. */
  state(): Promise<HostState> {
    this.#booting ??= this.#boot();
    return this.#booting;
  }

  /** Stops the host; the next request boots it again, with the settings at that time. */
  async stop(): Promise<void> {
    const booting = this.#booting;
    this.#booting = null;
    if (booting === null) return;
    const state = await booting;
    if (state.kind === "running") await state.host.stop();
  }

  async #boot(): Promise<HostState> {
    const sitePackage = this.#package.kind === "stored" ? await this.#package.restore() : this.#package;
    this.#package = sitePackage;
    switch (sitePackage.kind) {
      case "empty":
        return { kind: "none" };
      case "hollow":
        this.#hasRun = true;
        return { kind: "hollow" };
      case "ready":
        return this.#bootPackage(sitePackage.folder);
    }
  }

  async #bootPackage(packageDir: string): Promise<HostState> {
    const { name, bootSite, settings, onLog, log } = this.#options;
    const appSettings = settings();
    // Keys exist as soon as a host has tried to start: they are in storage, not in the host.
    this.#hasRun = true;
    const fault = findStorageFault(appSettings);
    if (fault !== null) return { kind: "error", message: fault };
    try {
      const host = await bootSite({ name, packageDir, appSettings, onLog });
      return { kind: "running", host };
    } catch (error) {
      log.warn("A deployed package did not start.", { site: name, reason: String(error) });
      return { kind: "error", message: reasonOf(error) };
    }
  }
}
