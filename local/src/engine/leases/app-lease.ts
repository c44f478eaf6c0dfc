// Determines which app works on a hub: the one whose id holds the lease on the container `{hub}-applease`, shared by
// the hosts of one app. Source: Azure/durabletask, DurableTask.AzureStorage/Partitioning/AppLeaseManager.cs.

import { type Clock, isRecord, type Logger } from "@same-kit/shared";
import { jsonOrText } from "../../shared/json-or-text.ts";
import { isConflict, isPreconditionFailed } from "../../storage/storage-errors.ts";
import type { DurableTaskSettings } from "../settings.ts";
import { appLeaseIdOf } from "../taskhub/names.ts";
import type { TaskHub } from "../taskhub/task-hub.ts";

/** Work that only the app that has the hub may do. */
export type AppWork = { start(): void; stop(): Promise<void> };

type AppLeaseDeps = {
  hub: TaskHub;
  settings: Pick<DurableTaskSettings, "useAppLease" | "appLease" | "appName">;
  clock: Clock;
  log: Logger;
};

type AppLeaseInfo = { OwnerId: string | null; DesiredSwapId: string | null };

/** After an error other than a refusal; the storage may be available again soon. */
const RETRY_MS = 1_000;

/**
 * This app's share in the app lease: acquires it, renews it, and starts and stops the app's work accordingly. Without
 * `useAppLease`, the work starts immediately.
 */
export class AppLease {
  readonly #deps: AppLeaseDeps;
  readonly #leaseId: string;
  readonly #stopping = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #hasWarned = false;

  constructor(deps: AppLeaseDeps) {
    this.#deps = deps;
    this.#leaseId = appLeaseIdOf(deps.settings.appName);
  }

  /**
   * Lets `work` run while this app has the lease. Resolves once the first attempt to acquire it has ended, whatever the
   * outcome.
   *
   * @param blobText - The content of the lease's blob, read just before.
   */
  async start(work: AppWork, blobText: string): Promise<void> {
    if (!this.#deps.settings.useAppLease) {
      work.start();
      this.#loop = new Promise<void>((resolve) => {
        this.#stopping.signal.addEventListener("abort", () => resolve(), { once: true });
      }).then(() => work.stop());
      return;
    }
    const first = await this.#tryAcquire(parseInfo(blobText));
    if (first === "ours") work.start();
    this.#loop = this.#run(work, first);
  }

  /** Ends the work. The lease is left to expire, because other hosts of this app share it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#loop;
  }

  /**
   * Takes the hub from the app that has it, whose hosts stop at their next renewal.
   *
   * @returns false if this app uses no lease.
   */
  async makePrimary(): Promise<boolean> {
    if (!this.#deps.settings.useAppLease) return false;
    const info = await this.#readInfo();
    if (info.OwnerId !== this.#leaseId && info.DesiredSwapId !== this.#leaseId) {
      await this.#writeInfo({ ...info, DesiredSwapId: this.#leaseId });
    }
    this.#wake.abort();
    return true;
  }

  async #run(work: AppWork, first: Attempt): Promise<void> {
    const { appLease } = this.#deps.settings;
    let outcome = first;
    while (!this.#stopping.signal.aborted) {
      const wasOurs = outcome === "ours";
      const pauseMs = { ours: appLease.renewIntervalMs, theirs: appLease.acquireIntervalMs, failed: RETRY_MS }[outcome];
      await this.#sleep(pauseMs);
      if (this.#stopping.signal.aborted) {
        if (wasOurs) await work.stop();
        return;
      }
      outcome = wasOurs ? await this.#tryRenew() : await this.#tryAcquire();
      if (!wasOurs && outcome === "ours") work.start();
      if (wasOurs && outcome !== "ours") await work.stop();
    }
    if (outcome === "ours") await work.stop();
  }

  async #sleep(ms: number): Promise<void> {
    await this.#deps.clock.sleep(ms, this.#wake.signal, { isRoutine: true });
    if (this.#wake.signal.aborted && !this.#stopping.signal.aborted) this.#wake = new AbortController();
  }

  /** @param known - The content of the lease's blob, if it was just read. */
  async #tryAcquire(known?: AppLeaseInfo): Promise<Attempt> {
    const { hub, settings, log } = this.#deps;
    try {
      const info = known ?? (await this.#readInfo());
      if (info.DesiredSwapId === this.#leaseId && info.OwnerId !== null) {
        // Requested by makePrimary. If the owner's lease has expired in the meantime, there is nothing to change.
        await hub.appLease.container.changeLease(info.OwnerId, this.#leaseId).catch((error: unknown) => {
          if (!isRefusal(error)) throw error;
        });
      }
      await hub.appLease.container.acquireLease(this.#leaseId, settings.appLease.leaseIntervalMs / 1000);
      if (info.OwnerId !== this.#leaseId || info.DesiredSwapId === this.#leaseId) {
        await this.#writeInfo({ OwnerId: this.#leaseId, DesiredSwapId: null });
      }
      if (this.#hasWarned) log.info("This app now holds the lease of the task hub, and works on it.");
      this.#hasWarned = false;
      return "ours";
    } catch (error) {
      return this.#refused(error);
    }
  }

  #refused(error: unknown): Attempt {
    const { hub, log } = this.#deps;
    const outcome = isRefusal(error) ? "theirs" : "failed";
    // Once, not with every attempt.
    const level = this.#hasWarned ? "debug" : "warn";
    this.#hasWarned = true;
    if (outcome === "theirs") {
      log.log(
        level,
        "Another app holds the lease of this task hub: this host runs nothing from the hub until that app stops.",
        {
          hub: hub.hubName,
          setting: "extensions.durableTask.hubName or useAppLease in host.json",
        },
      );
    } else {
      log.log(level, "The app lease could not be taken.", { reason: (error as Error).message });
    }
    return outcome;
  }

  async #tryRenew(): Promise<Attempt> {
    const { hub, log } = this.#deps;
    try {
      await hub.appLease.container.renewLease(this.#leaseId);
    } catch (error) {
      if (isRefusal(error)) {
        log.warn("Another app took the lease of this task hub: this host runs nothing more from the hub.", {
          hub: hub.hubName,
        });
        this.#hasWarned = true;
        return "theirs";
      }
      // The storage may be briefly unavailable: the lease counts as ours until another host has it.
      log.debug("The app lease could not be renewed.", { reason: (error as Error).message });
    }
    return "ours";
  }

  async #readInfo(): Promise<AppLeaseInfo> {
    const { container, blobName } = this.#deps.hub.appLease;
    return parseInfo((await container.download(blobName)).toString("utf8"));
  }

  async #writeInfo(info: AppLeaseInfo): Promise<void> {
    const { container, blobName } = this.#deps.hub.appLease;
    await container.upload(blobName, Buffer.from(JSON.stringify(info)));
  }
}

function parseInfo(blobText: string): AppLeaseInfo {
  const value: unknown = jsonOrText(blobText);
  const text = (name: keyof AppLeaseInfo) => {
    const found = isRecord(value) ? value[name] : null;
    return typeof found === "string" ? found : null;
  };
  return { OwnerId: text("OwnerId"), DesiredSwapId: text("DesiredSwapId") };
}

/** `theirs`: another app has it. `failed`: the storage gave no usable response. */
type Attempt = "ours" | "theirs" | "failed";

const isRefusal = (error: unknown): boolean => isConflict(error) || isPreconditionFailed(error);
