import { setTimeout as delay } from "node:timers/promises";
import type { Clock, Logger } from "@same-kit/shared";
import { createStorageExtensions } from "../bindings/index.ts";
import type { InstanceStatus } from "../engine/client.ts";
import { HostileDelivery } from "../engine/delivery/hostile-delivery.ts";
import { type Engine, startEngine } from "../engine/index.ts";
import type { FunctionInvoker } from "../engine/ports.ts";
import { largeMessagesContainerName } from "../engine/taskhub/names.ts";
import type { EventLog } from "../events/event-log.ts";
import { createFunctionInvoker, type FunctionsHost, type HostExtension } from "../host/index.ts";
import { HostileInvoker } from "../hostile/hostile-invoker.ts";
import { createInspector } from "../inspector/index.ts";
import type { WebhookHandler } from "../shared/http-message.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { createTimerExtension } from "../timers/timer-extension.ts";
import { createWarmupExtension } from "../timers/warmup-extension.ts";
import { createDurableExtension } from "./durable-extension.ts";
import { type InspectedParts, inspectHost } from "./inspect-host.ts";
import { createInspectorExtension } from "./inspector-extension.ts";
import { LateInvoker } from "./late-invoker.ts";
import type { LocalHost } from "./local-host.ts";
import { createObserverExtension } from "./observer-extension.ts";
import type { LocalStorage } from "./open-local-storage.ts";
import { findPossiblyCorruptRuns } from "./possibly-corrupt-runs.ts";
import { type HostSetting, startHost } from "./start-host.ts";
import type { StopStack } from "./stop-stack.ts";

// Long enough for a handler that is about to return; its results cannot be saved.
const STOP_WITHOUT_STORAGE_MS = 1000;
// More than the engine needs while its storage answers; after that, it is waiting for a hanging storage.
const ENGINE_STOP_LIMIT_MS = 20_000;

type LocalSetting = HostSetting & { clock: Clock; engineLog: Logger; events: EventLog };

/** The parts that run in parallel on one storage. */
export type Parts = { host: FunctionsHost; engine: Engine; possiblyCorruptRuns: InstanceStatus[] };

/** Starts host and hub in parallel: the worker loads the app while Azurite starts and the hub's tables are created. */
export async function startParts(setting: LocalSetting, running: StopStack): Promise<Parts> {
  const { settings, storage, log, clock, events } = setting;
  const { allowUsers } = setting.options;
  const extension = await createDurableExtension({ settings, allowUsers, clock, log: log.child("management") });
  running.add(() => extension.stop());
  const { account, connectionString } = storage;
  const containerName = largeMessagesContainerName(settings.hubName);
  const observer = createObserverExtension({ events, account, containerName });
  const timers = createTimerExtension({ clock, log: log.child("timers") });
  const warmup = createWarmupExtension();
  const bindings = createStorageExtensions({ connectionString, account }, { clock, log: log.child("triggers") });
  const { triggers } = bindings;
  // Stopped after the host, so that the outcome of its last invocations is recorded.
  running.add(async () => void (await Promise.all(triggers.map((it) => it.settled()))));
  const inspected = Promise.withResolvers<InspectedParts>();
  const pages = inspectorOf(setting, { management: extension.webhook, parts: inspected.promise }, running);
  const forked = Promise.withResolvers<void>();
  const hostStarting = startHost(
    setting,
    [extension, ...bindings.all, timers, warmup, observer, ...pages],
    forked.resolve,
  );
  running.add(() => stopHost(hostStarting, account, running));
  const invokerComing = hostStarting.then((host) => createFunctionInvoker(host, events.add));
  const possiblyCorruptRuns: InstanceStatus[] = [];
  // Loading Azure's SDKs for the engine first would delay the worker, which takes longer.
  const engineStarting = Promise.race([forked.promise, invokerComing]).then(() =>
    startHubEngine(setting, { account, hostStarting, invokerComing, possiblyCorruptRuns }),
  );
  // Stopped before the host: running work is finished and saved while the worker still answers.
  running.add(() => stopEngine(engineStarting, storage, account));
  running.add(async () => extension.endWaiting());
  // An open reader would keep the host's port open.
  running.add(async () => events.close());

  const [host, engine, invoker] = await Promise.all([hostStarting, engineStarting, invokerComing, storage.ready]);
  const { client } = engine;
  extension.connect({ client, invoker, systemKey: () => host.systemKey(extension.name) });
  inspected.resolve({ host, client, invoker });
  const started = [timers, ...triggers];
  running.add(async () => started.forEach((it) => void it.stop()));
  for (const it of [warmup, ...started]) it.start(host);
  return { host, engine, possiblyCorruptRuns };
}

/** Created only if requested. */
function inspectorOf(
  setting: LocalSetting,
  seen: { management: WebhookHandler; parts: Promise<InspectedParts> },
  running: StopStack,
): HostExtension[] {
  const { inspector: wanted } = setting.options;
  if (wanted === undefined) return [];
  const { clock, log } = setting;
  const inspector = createInspector(inspectHost(setting, { ...seen, runs: wanted.runs }), {
    clock,
    log: log.child("inspector"),
  });
  running.add(async () => inspector.close());
  return [createInspectorExtension(inspector)];
}

type EngineWish = {
  account: StorageAccount;
  hostStarting: Promise<FunctionsHost>;
  invokerComing: Promise<FunctionInvoker>;
  possiblyCorruptRuns: InstanceStatus[];
};

async function startHubEngine(
  { options, settings, storage, instanceFiles, log, engineLog, events, clock, tracer }: LocalSetting,
  { account, hostStarting, invokerComing, possiblyCorruptRuns }: EngineWish,
): Promise<Engine> {
  let host: FunctionsHost | undefined;
  const invoker = new LateInvoker(invokerComing);
  try {
    return await startEngine({
      storage: account,
      settings,
      invoker: options.hostile === undefined ? invoker : new HostileInvoker(invoker),
      ...(options.hostile === undefined ? {} : { hostile: new HostileDelivery(options.hostile) }),
      async beforeWork(client) {
        if (storage.hasLostWrites) possiblyCorruptRuns.push(...(await findPossiblyCorruptRuns(client, log)));
        await options.beforeWork?.({ client, hubName: settings.hubName, storage: toPublicStorage(storage) });
        await invokerComing;
        host = await hostStarting;
      },
      untilLoaded: () => host?.untilLoaded() ?? null,
      onPurge: (instanceId) => instanceFiles.remove(instanceId),
      onInstanceEnded: (instanceId, status) =>
        events.add({ kind: "instance-ended", time: new Date(), instanceId, status }),
      log: engineLog,
      tracer,
      clock,
    });
  } catch (error) {
    // If the storage does not answer, the engine fails as well, but the storage's error explains it better.
    await storage.ready;
    throw error;
  }
}

/** Resolves when no code of the app runs any more: the worker's process ends while the storage stops. */
async function stopHost(starting: Promise<FunctionsHost>, account: StorageAccount, running: StopStack): Promise<void> {
  const host = await starting.catch(() => undefined);
  const appEnded = Promise.withResolvers<void>();
  const limit = account.isAbandoned ? { drainTimeoutMs: STOP_WITHOUT_STORAGE_MS } : {};
  const stopped = host?.stop({ ...limit, onAppEnded: appEnded.resolve });
  if (stopped !== undefined) running.finishWith(stopped);
  await Promise.race([appEnded.promise, stopped]);
}

/**
 * Without a storage that answers, the engine can neither save its work nor release its partitions, and gets no time to
 * try.
 */
async function stopEngine(starting: Promise<Engine>, { lost }: LocalStorage, account: StorageAccount): Promise<void> {
  const ended = new AbortController();
  const wait = (ms: number) => delay(ms, undefined, { signal: ended.signal }).catch(() => {});
  const givenUp = Promise.race([lost, wait(ENGINE_STOP_LIMIT_MS)]).then(() => {
    if (ended.signal.aborted) return;
    account.abandon();
    return wait(STOP_WITHOUT_STORAGE_MS);
  });
  // An engine whose start failed has stopped itself.
  const stopped = starting.then(
    (engine) => engine.stop(),
    () => {},
  );
  await Promise.race([stopped, givenUp]).finally(() => ended.abort());
}

/** The parts of the storage that callers of `startLocal` see. */
export function toPublicStorage({
  description,
  connectionString,
  hasLostWrites,
  pid,
}: LocalStorage): LocalHost["storage"] {
  return { description, connectionString, hasLostWrites, pid };
}
