import { describe, expect, test } from "vitest";
import { resolveDurableTaskSettings } from "../../../local/src/engine/resolve-settings.ts";

const resolve = (section: unknown, env = {}) => resolveDurableTaskSettings(section, env);

describe("defaults", () => {
  test("without host.json they are the extension's", () => {
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

  test("the hub is named after the site where there is one", () => {
    expect(resolve({}, { WEBSITE_SITE_NAME: "1-my-site" }).hubName).toBe("t1mysite");
  });
});

describe("what host.json says", () => {
  test("names compare ignoring case", () => {
    const section = { HubName: "MyHub", StorageProvider: { PartitionCount: 7, maxQueuePollingInterval: "00:00:02" } };
    expect(resolve(section)).toMatchObject({ hubName: "MyHub", partitionCount: 7, maxQueuePollingIntervalMs: 2_000 });
  });

  test("%NAME% takes the app setting", () => {
    expect(resolve({ hubName: "%HUB%" }, { HUB: "FromSetting" }).hubName).toBe("FromSetting");
  });

  test("an app setting that is not there is a mistake", () => {
    expect(() => resolve({ hubName: "%HUB%" })).toThrow("the app setting HUB is not set");
  });

  test("all that is wrong is told at once", () => {
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
