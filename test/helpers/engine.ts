import { spawnSync } from "node:child_process";
import { type Clock, createLogger, createSystemClock, type LogEntry, type LogLevel } from "@same-kit/shared";
import { onTestFinished } from "vitest";
import type { InstanceStatus, TaskHubClient } from "../../local/src/engine/client.ts";
import { type Engine, resolveDurableTaskSettings, startEngine } from "../../local/src/engine/index.ts";
import { newWorkerId } from "../../local/src/engine/leases/worker-id.ts";
import type { FunctionInvoker } from "../../local/src/engine/ports.ts";
import type { DurableTaskSettings } from "../../local/src/engine/settings.ts";
import { newGuidN } from "../../local/src/shared/ids.ts";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";
import type { Crash } from "./crashable-storage.ts";
import { waitFor } from "./wait-for.ts";

export type TestEngineOptions = {
  onPurge?: (instanceId: string) => Promise<void>;
  storage: StorageAccount;
  invoker: FunctionInvoker;
  hubName?: string;
  settings?: Partial<DurableTaskSettings>;
  clock?: Clock;
  workerId?: string;
  /** Dies in the middle of its work; see makeCrashable. It owns partitions like a process that is gone. */
  crash?: Crash;
};

export type TestEngine = Engine & { client: TaskHubClient; hubName: string; logged: LogEntry[] };

/** Short timeouts and polling intervals, so that messages held by a dead engine come back within a test. */
export function testSettings(overrides: Partial<DurableTaskSettings> = {}): DurableTaskSettings {
  return {
    ...resolveDurableTaskSettings(undefined, {}),
    hubName: newHubName(),
    controlQueueVisibilityTimeoutMs: 3_000,
    workItemQueueVisibilityTimeoutMs: 3_000,
    maxQueuePollingIntervalMs: 250,
    ...overrides,
  };
}

export const newHubName = (): string => `Hub${newGuidN().slice(0, 20)}`;

/** An engine on its own hub, stopped when the test ends. */
export async function startTestEngine(options: TestEngineOptions): Promise<TestEngine> {
  const hubName = options.hubName ?? newHubName();
  const { crash } = options;
  const logged: LogEntry[] = [];
  const engine = await startEngine({
    storage: crash?.storage ?? options.storage,
    settings: testSettings({ hubName, ...options.settings }),
    invoker: options.invoker,
    onPurge: options.onPurge,
    clock: options.clock ?? crash?.clock ?? createSystemClock(),
    workerId: options.workerId ?? (crash === undefined ? newWorkerId() : workerIdOfDeadProcess()),
    log: createLogger((entry) => logged.push(entry), "engine"),
  });
  onTestFinished(async () => {
    // A dead engine cannot be stopped, and does nothing.
    if (crash?.isDead() !== true) await engine.stop();
  });
  return { ...engine, logged };
}

/** Its partitions may be taken over immediately, as after a `kill -9`. */
export function workerIdOfDeadProcess(): string {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  const [host, tag, , random] = newWorkerId().split("/");
  return [host, tag, pid, random].join("/");
}

export const isEnded = ({ runtimeStatus }: InstanceStatus): boolean =>
  ["Completed", "Failed", "Terminated", "Canceled"].includes(runtimeStatus);

/** The instance once `condition` holds for it, by default once it has ended. */
export function waitForInstance(
  client: TaskHubClient,
  instanceId: string,
  condition: (status: InstanceStatus) => boolean = isEnded,
  deadlineMs = 30_000,
): Promise<InstanceStatus> {
  return waitFor(
    async () => {
      const status = await client.getStatus(instanceId, { withInput: true });
      return status !== null && condition(status) && status;
    },
    { what: `instance ${instanceId}`, deadlineMs },
  );
}

/** Starts an orchestration and waits for its end. */
export async function runToEnd(client: TaskHubClient, name: string, input: unknown = null): Promise<InstanceStatus> {
  const { instanceId } = await client.start({ name, input: JSON.stringify(input) });
  return waitForInstance(client, instanceId);
}

export const messagesAt = (logged: readonly LogEntry[], level: LogLevel): string[] =>
  logged.filter((entry) => entry.level === level).map((entry) => entry.message);
