import { cpus } from "node:os";
import { describe, expect, test } from "vitest";
import { resolveDurableTaskSettings } from "../../../local/src/engine/resolve-settings.ts";

const resolve = (section: unknown, env = {}) => resolveDurableTaskSettings(section, env);

describe("defaults", () => {
  test("without host.json the settings are the extension's", () => {
    expect(resolve(undefined)).toMatchObject({
      hubName: "TestHubName",
      partitionCount: 4,
      controlQueueBatchSize: 32,
      controlQueueBufferThreshold: 256,
      versionMatchStrategy: "CurrentOrOlder",
      overridableExistingInstanceStates: "NonRunningStates",
      maxOrchestrationActions: 100_000,
    });
  });

  test("the app lease is on, and the app is named after the site", () => {
    const appLease = { renewIntervalMs: 25_000, acquireIntervalMs: 10_000, leaseIntervalMs: 60_000 };
    expect(resolve({})).toMatchObject({ useAppLease: true, appName: "", appLease });
    expect(resolve({ useAppLease: false }, { WEBSITE_SITE_NAME: "site" })).toMatchObject({
      useAppLease: false,
      appName: "site",
    });
  });

  test("the hub is named after the site if there is one", () => {
    expect(resolve({}, { WEBSITE_SITE_NAME: "1-my-site" }).hubName).toBe("t1mysite");
  });
});

describe("settings in host.json", () => {
  test("property names are case-insensitive", () => {
    const section = { HubName: "MyHub", StorageProvider: { PartitionCount: 7, maxQueuePollingInterval: "00:00:02" } };
    expect(resolve(section)).toMatchObject({ hubName: "MyHub", partitionCount: 7, maxQueuePollingIntervalMs: 2_000 });
  });

  test("%NAME% is replaced by the app setting", () => {
    expect(resolve({ hubName: "%HUB%" }, { HUB: "FromSetting" }).hubName).toBe("FromSetting");
  });

  test.each([
    [{ leaseInterval: "00:01:30" }, "whole seconds from 15 to 60"],
    [{ leaseInterval: "00:00:20" }, "renewInterval is not shorter than leaseInterval"],
  ])("an app lease of %j is rejected", (appLeaseOptions, problem) => {
    expect(problemsOf({ appLeaseOptions })).toEqual([expect.stringContaining(problem)]);
  });

  test("all problems are reported at once", () => {
    const section = {
      hubName: "no-dashes",
      maxConcurrentActivityFunctions: 0,
      overridableExistingInstanceStates: "Some",
      extendedSessionsEnabled: true,
      storageProvider: { type: "mssql", partitionCount: 17, controlQueueVisibilityTimeout: "soon" },
    };
    const problems = problemsOf(section);
    expect(problems).toHaveLength(7);
    for (const part of ["mssql", "no-dashes", "0", "Some", "17", "soon", "extendedSessionsEnabled"]) {
      expect(problems).toContainEqual(expect.stringContaining(part));
    }
  });
});

function problemsOf(section: unknown): string[] {
  try {
    resolve(section);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: "ERR_DURABLE_TASK_SETTINGS" });
    return (error as Error).message.split("\n").filter((line) => line.startsWith("- "));
  }
}

function warningsOf(section: unknown, env: Record<string, string> = {}) {
  const warnings: string[] = [];
  const settings = resolveDurableTaskSettings(section, env, (text) => warnings.push(text));
  return { settings, warnings };
}

test("an app for the Durable Task Scheduler runs on Azure Storage, with a warning", () => {
  const storageProvider = { type: "azureManaged", connectionStringName: "DURABLE_TASK_SCHEDULER_CONNECTION_STRING" };
  const { settings, warnings } = warningsOf({ hubName: "default", storageProvider });
  expect(settings).toMatchObject({ hubName: "default", connectionName: "AzureWebJobsStorage" });
  expect(warnings).toEqual([expect.stringContaining("azureManaged")]);
});

test.each([
  ["useTablePartitionManagement", false],
  ["useLegacyPartitionManagement", true],
])("%s: %s requests blob leases, which this host only respects, with a warning", (name, value) => {
  const { warnings } = warningsOf({ storageProvider: { [name]: value } });
  expect(warnings).toEqual([expect.stringContaining(`${name}: ${value}`)]);
  expect(warningsOf({ storageProvider: { [name]: !value } }).warnings).toEqual([]);
  expect(problemsOf({ storageProvider: { [name]: "perhaps" } })).toEqual([expect.stringContaining(name)]);
});

test("a hub name from a missing setting falls back to the default, with a warning", () => {
  const { settings, warnings } = warningsOf({ hubName: "%TASKHUB_NAME%" });
  expect(settings.hubName).toBe(resolve({}).hubName);
  expect(warnings).toEqual([expect.stringContaining("TASKHUB_NAME is not set")]);
  expect(warningsOf({ hubName: "%TASKHUB_NAME%" }, { TASKHUB_NAME: "Mine" })).toMatchObject({
    settings: { hubName: "Mine" },
    warnings: [],
  });
});

describe("each setting", () => {
  test("takes the values that the extension takes", () => {
    const section = {
      defaultVersion: "2.0",
      versionMatchStrategy: "STRICT",
      versionFailureStrategy: "fail",
      overridableExistingInstanceStates: "anystate",
      useAppLease: "false",
      localRpcEndpointEnabled: false,
      storeInputsInOrchestrationHistory: "true",
      maxConcurrentActivityFunctions: "1",
      entityMessageReorderWindowInMinutes: 0,
      httpSettings: { useForwardedHost: true, defaultAsyncRequestSleepTimeMilliseconds: 1 },
      tracing: { traceInputsAndOutputs: true, traceReplayEvents: true },
      appLeaseOptions: { renewInterval: "00:00:14.9", leaseInterval: "00:00:15" },
      storageProvider: {
        type: "Azure_Storage",
        partitionCount: 16,
        connectionName: "Mine",
        connectionStringName: "Older",
      },
    };
    expect(resolve(section)).toMatchObject({
      defaultVersion: "2.0",
      versionMatchStrategy: "Strict",
      versionFailureStrategy: "Fail",
      overridableExistingInstanceStates: "AnyState",
      useAppLease: false,
      localRpcEndpointEnabled: false,
      storeInputsInOrchestrationHistory: true,
      maxConcurrentActivityFunctions: 1,
      entityMessageReorderWindowInMinutes: 0,
      useForwardedHost: true,
      defaultAsyncRequestSleepTimeMs: 1,
      traceInputsAndOutputs: true,
      traceReplayEvents: true,
      appLease: { renewIntervalMs: 14_900, leaseIntervalMs: 15_000 },
      partitionCount: 16,
      connectionName: "Mine",
    });
    expect(resolve({ storageProvider: { connectionStringName: "Older" } }).connectionName).toBe("Older");
  });

  test("has a default", () => {
    expect(resolve({ versionMatchStrategy: undefined, maxConcurrentActivityFunctions: null })).toMatchObject({
      defaultVersion: null,
      versionFailureStrategy: "Reject",
      useForwardedHost: false,
      localRpcEndpointEnabled: true,
      storeInputsInOrchestrationHistory: false,
      traceInputsAndOutputs: false,
      traceReplayEvents: false,
      maxConcurrentActivityFunctions: 10 * cpus().length,
      connectionName: "AzureWebJobsStorage",
    });
  });

  test.each([
    [{ hubName: 5 }, "hubName is 5, not a text"],
    [{ useAppLease: "perhaps" }, 'useAppLease is "perhaps", not true or false'],
    [{ maxOrchestrationActions: 0 }, "maxOrchestrationActions is 0, not a whole number, 1 or more"],
    [{ maxOrchestrationActions: 1.5 }, "1.5, not a whole number"],
    [{ storageProvider: { partitionCount: 17 } }, "partitionCount is 17, not a whole number, from 1 to 16"],
    [{ versionMatchStrategy: "Newest" }, '"Newest", not one of None, Strict, CurrentOrOlder'],
    [{ versionFailureStrategy: "Wait" }, '"Wait", not one of Reject, Fail'],
    [{ overridableExistingInstanceStates: 1 }, "1, not one of NonRunningStates, AnyState"],
    [{ storageProvider: { maxQueuePollingInterval: "00:00:00" } }, '"00:00:00", not a time such as'],
    [{ storageProvider: { maxQueuePollingInterval: 5 } }, "5, not a time such as"],
    [{ storageProvider: { type: "my_azure_storage" } }, '"my_azure_storage"'],
    [{ storageProvider: { type: "azureStorage2" } }, '"azureStorage2"'],
    [{ storageProvider: { type: "azureManaged2" } }, '"azureManaged2"'],
    [{ storageProvider: { type: "my_azureManaged" } }, '"my_azureManaged"'],
    [{ hubName: "x%HUB%" }, "x%HUB%"],
    [{ appLeaseOptions: { leaseInterval: "00:00:30.5" } }, "whole seconds"],
    [{ appLeaseOptions: { renewInterval: "00:00:05", leaseInterval: "00:00:14" } }, "from 15 to 60"],
    [{ appLeaseOptions: { renewInterval: "00:01:00" } }, "renewInterval is not shorter"],
  ])("is reported if it cannot be used, as in %j", (section, problem) => {
    expect(problemsOf(section)).toEqual([expect.stringContaining(problem)]);
  });
});
