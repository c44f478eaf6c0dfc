import { cpus } from "node:os";
import { UsageError } from "@same-kit/shared";
import type { EngineErrorCode } from "./errors.ts";
import type { DurableTaskSettings } from "./settings.ts";
import { createReader, type SettingsReader, toSection } from "./settings-reader.ts";
import { defaultHubName, validateHubName } from "./taskhub/names.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_CONNECTION = "AzureWebJobsStorage";
// As in the extension: ten per core.
const CONCURRENCY_PER_CORE = 10;
const MAX_PARTITIONS = 16;
const MAX_BATCH = 32;

// The extension hides a message for five minutes and polls at least every 30 s. A developer who kills a host expects it
// to continue after a restart, so both are short here; messages in progress are renewed long before their timeout.
const VISIBILITY_TIMEOUT_MS = 15_000;
const POLLING_INTERVAL_MS = 1_000;
// The extension checks only every five minutes whether another app has ended.
const APP_LEASE_ACQUIRE_MS = 10_000;
const APP_LEASE_RENEW_MS = 25_000;
const APP_LEASE_MS = 60_000;

/**
 * Parses the Durable Functions settings of host.json. Missing settings get the extension's defaults, except for the
 * intervals above.
 *
 * @param durableTask - `extensions.durableTask` of host.json; undefined if it has none.
 * @param env - App settings, for `%NAME%` and the site's name.
 * @param warn - Receives settings that differ from Azure but still work.
 * @throws UsageError that lists all problems at once.
 * @see Azure/azure-functions-durable-extension, Options/DurableTaskOptions.cs and AzureStorageOptions.cs
 */
export function resolveDurableTaskSettings(
  durableTask: unknown,
  env: Environment,
  warn: (text: string) => void = () => {},
): DurableTaskSettings {
  const problems: string[] = [];
  const section = toSection(durableTask);
  const top = createReader(section, "extensions.durableTask", problems);
  const below = (name: string) =>
    createReader(toSection(section[name.toLowerCase()]), `extensions.durableTask.${name}`, problems);
  const [provider, tracing, http] = [below("storageProvider"), below("tracing"), below("httpSettings")];
  const isManaged = checkStorageType(provider.text("type", "AzureStorage"), { problems, warn });
  refuseExtendedSessions(top.flag("extendedSessionsEnabled", false), problems);
  checkPartitionManager(provider, warn);
  const perCore = CONCURRENCY_PER_CORE * cpus().length;
  const settings: DurableTaskSettings = {
    appName: env["WEBSITE_SITE_NAME"] ?? "",
    useAppLease: top.flag("useAppLease", true),
    appLease: resolveAppLease(below("appLeaseOptions"), problems),
    hubName: resolveHubName(top.text("hubName", ""), env, { problems, warn }),
    defaultVersion: top.text("defaultVersion", "") || null,
    versionMatchStrategy: top.oneOf("versionMatchStrategy", ["None", "Strict", "CurrentOrOlder"], "CurrentOrOlder"),
    versionFailureStrategy: top.oneOf("versionFailureStrategy", ["Reject", "Fail"], "Reject"),
    defaultAsyncRequestSleepTimeMs: http.count("defaultAsyncRequestSleepTimeMilliseconds", 30_000, 1),
    useForwardedHost: http.flag("useForwardedHost", false),
    maxConcurrentActivityFunctions: top.count("maxConcurrentActivityFunctions", perCore, 1),
    maxConcurrentOrchestratorFunctions: top.count("maxConcurrentOrchestratorFunctions", perCore, 1),
    maxOrchestrationActions: top.count("maxOrchestrationActions", 100_000, 1),
    maxEntityOperationBatchSize: top.count("maxEntityOperationBatchSize", 5_000, 1),
    entityMessageReorderWindowInMinutes: top.count("entityMessageReorderWindowInMinutes", 30, 0),
    overridableExistingInstanceStates: top.oneOf(
      "overridableExistingInstanceStates",
      ["NonRunningStates", "AnyState"],
      "NonRunningStates",
    ),
    storeInputsInOrchestrationHistory: top.flag("storeInputsInOrchestrationHistory", false),
    localRpcEndpointEnabled: top.flag("localRpcEndpointEnabled", true),
    ...resolveProvider(provider, isManaged),
    traceInputsAndOutputs: tracing.flag("traceInputsAndOutputs", false),
    traceReplayEvents: tracing.flag("traceReplayEvents", false),
  };
  if (problems.length > 0) throw invalidSettings(problems);
  return settings;
}

function resolveProvider(provider: SettingsReader, isManaged: boolean) {
  return {
    // A scheduler's connection does not name a storage account.
    connectionName: isManaged
      ? DEFAULT_CONNECTION
      : provider.text("connectionName", provider.text("connectionStringName", DEFAULT_CONNECTION)),
    partitionCount: provider.count("partitionCount", 4, 1, MAX_PARTITIONS),
    controlQueueBatchSize: provider.count("controlQueueBatchSize", MAX_BATCH, 1, MAX_BATCH),
    controlQueueBufferThreshold: provider.count("controlQueueBufferThreshold", 256, 1),
    controlQueueVisibilityTimeoutMs: provider.timeSpan("controlQueueVisibilityTimeout", VISIBILITY_TIMEOUT_MS),
    workItemQueueVisibilityTimeoutMs: provider.timeSpan("workItemQueueVisibilityTimeout", VISIBILITY_TIMEOUT_MS),
    maxQueuePollingIntervalMs: provider.timeSpan("maxQueuePollingInterval", POLLING_INTERVAL_MS),
  };
}

type Reports = { problems: string[]; warn: (text: string) => void };

function resolveHubName(configured: string, env: Environment, { problems, warn }: Reports): string {
  const reference = /^%(\w+)%$/.exec(configured)?.[1];
  if (reference !== undefined && !env[reference]) {
    warn(
      `extensions.durableTask.hubName in host.json is ${configured}, and the app setting ${reference} is not set: the default task hub is used.`,
    );
  }
  const named = reference === undefined ? configured : env[reference];
  const name = named || defaultHubName(env["WEBSITE_SITE_NAME"]);
  try {
    validateHubName(name);
  } catch (error) {
    problems.push((error as Error).message);
  }
  return name;
}

function resolveAppLease(
  reader: Pick<SettingsReader, "timeSpan">,
  problems: string[],
): DurableTaskSettings["appLease"] {
  const appLease = {
    renewIntervalMs: reader.timeSpan("renewInterval", APP_LEASE_RENEW_MS),
    acquireIntervalMs: reader.timeSpan("acquireInterval", APP_LEASE_ACQUIRE_MS),
    leaseIntervalMs: reader.timeSpan("leaseInterval", APP_LEASE_MS),
  };
  const seconds = appLease.leaseIntervalMs / 1000;
  // The range that the blob service accepts.
  if (!Number.isInteger(seconds) || seconds < 15 || seconds > 60) {
    problems.push("extensions.durableTask.appLeaseOptions.leaseInterval is not whole seconds from 15 to 60.");
  }
  if (appLease.renewIntervalMs >= appLease.leaseIntervalMs) {
    problems.push("extensions.durableTask.appLeaseOptions.renewInterval is not shorter than leaseInterval.");
  }
  return appLease;
}

/** @returns Whether the app targets the Durable Task Scheduler. */
function checkStorageType(type: string, { problems, warn }: Reports): boolean {
  if (/^azure_?storage$/i.test(type)) return false;
  if (/^azure_?managed$/i.test(type)) {
    warn(
      "The Durable Task Scheduler (azureManaged in host.json) is not available here: the task hub is in Azure Storage.",
    );
    return true;
  }
  problems.push(`extensions.durableTask.storageProvider.type is "${type}"; same-kit runs Azure Storage only.`);
  return false;
}

/** Without other hosts on the hub, the kind of lease makes no difference. */
function checkPartitionManager({ flag }: Pick<SettingsReader, "flag">, warn: Reports["warn"]): void {
  const onBlobs = [
    ...(flag("useTablePartitionManagement", true) ? [] : ["useTablePartitionManagement: false"]),
    ...(flag("useLegacyPartitionManagement", false) ? ["useLegacyPartitionManagement: true"] : []),
  ];
  if (onBlobs.length === 0) return;
  warn(
    `extensions.durableTask.storageProvider in host.json has ${onBlobs.join(" and ")}, which requests blob leases; this host uses leases in a table instead. ` +
      "Control queues with a blob lease of another host are left to that host, but it takes the queues of this host: do not share the task hub.",
  );
}

/** A host on Azure does not start with it either, unless the app is a .NET app. */
function refuseExtendedSessions(isEnabled: boolean, problems: string[]): void {
  if (isEnabled) {
    problems.push("extensions.durableTask.extendedSessionsEnabled is true, which is for .NET apps only; remove it.");
  }
}

function invalidSettings(problems: readonly string[]): UsageError<EngineErrorCode> {
  return new UsageError({
    code: "ERR_DURABLE_TASK_SETTINGS",
    message: `host.json cannot be used:\n${problems.map((it) => `- ${it}`).join("\n")}`,
    hint: "Fix extensions.durableTask in host.json.",
  });
}
