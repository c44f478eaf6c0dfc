import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createLogger, createSystemClock, type LogSink, silentLogger } from "@same-kit/shared";
import { createStorageExtensions } from "../bindings/index.ts";
import { loadDurableSettings } from "../emulator/app-settings.ts";
import { createDurableExtension } from "../emulator/durable-extension.ts";
import { type LocalStorage, openLocalStorage } from "../emulator/open-local-storage.ts";
import type { StopStack } from "../emulator/stop-stack.ts";
import { HostileDelivery } from "../engine/delivery/hostile-delivery.ts";
import { type Engine, startEngine } from "../engine/index.ts";
import type { DurableTaskSettings } from "../engine/settings.ts";
import { controlQueueName, workItemQueueName } from "../engine/taskhub/names.ts";
import type { HostEvent } from "../events/host-event.ts";
import { createFunctionInvoker, type FunctionsHost, startFunctionsHost } from "../host/index.ts";
import { HostileInvoker } from "../hostile/hostile-invoker.ts";
import type { MemoryStorage } from "../storage/memory/memory-storage.ts";
import { openServedMemory } from "../storage/memory/served/open-served-memory.ts";
import type { LocalAppOptions } from "../testing-api.ts";
import { TRACE_VARIABLE } from "../worker/trace-variable.ts";
import type { WaitingMessage } from "./app-clock.ts";
import { MockedInvoker } from "./mocked-invoker.ts";
import { VirtualClock } from "./virtual-clock.ts";

export type AppParts = {
  host: FunctionsHost;
  engine: Engine;
  invoker: MockedInvoker;
  settings: DurableTaskSettings;
  /** Null with the real clock. */
  virtual: { clock: VirtualClock; messages(): WaitingMessage[]; isBusy(): boolean } | null;
};

/**
 * Starts host and engine on one storage in one process, without a state folder or a fixed port. Everything started is
 * added to `running`. Timer triggers do not fire by themselves: one with an interval of a minute would fire 43,200
 * times in a month of virtual time.
 */
export async function startApp(
  appDir: string,
  options: LocalAppOptions,
  { onLog, onEvent, running }: { onLog: LogSink; onEvent: (event: HostEvent) => void; running: StopStack },
): Promise<AppParts> {
  const { appSettings = {} } = options;
  const log = createLogger(onLog, "testing");
  const clock = isVirtual(options) ? new VirtualClock(toStart(options.now)) : createSystemClock();
  const { settings: own } = await loadDurableSettings(appDir, appSettings, undefined);
  const settings = { ...own, ...TEST_SETTINGS };
  const { storage, memory } = await openStorage(options, { clock, running });
  const extension = await createDurableExtension({ settings, clock: createSystemClock(), log });
  running.add(() => extension.stop());
  const bindings = createStorageExtensions(storage, { clock: createSystemClock(), log });
  const hostStarting = startFunctionsHost({
    appDir,
    port: 0,
    extensions: [extension, ...bindings.all],
    ...toHostSettings(appSettings, settings, storage),
    ...(clock instanceof VirtualClock ? { now: () => clock.now() } : {}),
    log,
    onEvent,
  });
  running.add(async () => (await hostStarting.catch(() => undefined))?.stop({ drainTimeoutMs: STOP_DRAIN_MS }));
  const host = await hostStarting;
  const { hostile } = options;
  const functions = createFunctionInvoker(host, onEvent);
  const invoker = new MockedInvoker(hostile === undefined ? functions : new HostileInvoker(functions));
  const engine = await startEngine({
    storage: storage.account,
    settings,
    invoker,
    clock,
    log,
    ...(hostile === undefined ? {} : { hostile: new HostileDelivery(hostile) }),
  });
  running.add(async () => stopEngine(engine, clock));
  running.add(async () => extension.endWaiting());
  extension.connect({ client: engine.client, invoker, systemKey: () => host.systemKey(extension.name) });
  return { host, engine, invoker, settings, virtual: toVirtual(clock, memory, settings) };
}

const STOP_DRAIN_MS = 1_000;

// Fixed names, because inputs appear in snapshots. One queue is enough for one host, and is opened faster.
const TEST_SETTINGS = {
  storeInputsInOrchestrationHistory: true,
  partitionCount: 1,
} satisfies Partial<DurableTaskSettings>;

const isVirtual = ({ clock, storage }: LocalAppOptions): boolean =>
  clock === undefined ? storage !== "azurite" : clock === "virtual";

function toStart(now: Date | string | undefined): string {
  return (now === undefined ? new Date() : new Date(now)).toISOString();
}

/** The settings that connect the app with its storage. */
function toHostSettings(
  appSettings: Readonly<Record<string, string>>,
  { connectionName }: DurableTaskSettings,
  { connectionString, development }: OpenStorage["storage"],
) {
  return {
    appSettings: {
      ...appSettings,
      [TRACE_VARIABLE]: "1",
      AzureWebJobsStorage: connectionString,
      [connectionName]: connectionString,
    },
    ...(development === undefined ? {} : { developmentStorage: development }),
  };
}

type OpenStorage = {
  storage: Pick<LocalStorage, "account" | "connectionString" | "development">;
  memory: MemoryStorage | null;
};

async function openStorage(
  { storage = "memory" }: LocalAppOptions,
  { clock, running }: { clock: ReturnType<typeof createSystemClock>; running: StopStack },
): Promise<OpenStorage> {
  if (storage === "memory") {
    const served = await openServedMemory({ clock, log: silentLogger });
    running.add(() => served.stop());
    return { storage: served, memory: served.account };
  }
  const folder = await mkdtemp(path.join(tmpdir(), "same-kit-testing-"));
  running.add(() => rm(folder, { recursive: true, force: true }));
  const azurite = await openLocalStorage({ kind: "memory" }, { azuriteDir: folder, clock, log: silentLogger });
  running.add(() => azurite.stop());
  await azurite.ready;
  return { storage: azurite, memory: null };
}

/** Stopping waits for the engine's clock, which nothing moves any more. */
async function stopEngine(engine: Engine, clock: unknown): Promise<void> {
  const stopping = engine.stop();
  let isStopped = false;
  const end = () => {
    isStopped = true;
  };
  stopping.then(end, end);
  while (clock instanceof VirtualClock && !isStopped) {
    await new Promise((resolve) => setImmediate(resolve));
    const next = clock.nextDueMs({ withRoutine: true });
    if (!isStopped && next !== null) clock.moveTo(next);
  }
  await stopping;
}

function toVirtual(
  clock: unknown,
  memory: MemoryStorage | null,
  { hubName, partitionCount }: DurableTaskSettings,
): AppParts["virtual"] {
  if (!(clock instanceof VirtualClock) || memory === null) return null;
  const names = Array.from({ length: partitionCount }, (_, index) => controlQueueName(hubName, index));
  const queues = [...names, workItemQueueName(hubName)].map((name) => memory.queue(name));
  return { clock, messages: () => queues.flatMap((queue) => queue.messages()), isBusy: () => memory.isBusy };
}
