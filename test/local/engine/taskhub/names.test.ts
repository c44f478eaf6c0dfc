import { describe, expect, test } from "vitest";
import {
  appLeaseBlobName,
  appLeaseContainerName,
  blobLeasesContainerName,
  controlQueueName,
  defaultHubName,
  escapeKey,
  historyTableName,
  instancesTableName,
  largeMessagesContainerName,
  partitionOf,
  partitionsTableName,
  unescapeKey,
  validateHubName,
  workItemQueueName,
} from "../../../../local/src/engine/taskhub/names.ts";

test("queue and container names use the hub name in lower case, table names use it as given", () => {
  expect(controlQueueName("MyHub", 3)).toBe("myhub-control-03");
  expect(workItemQueueName("MyHub")).toBe("myhub-workitems");
  expect(largeMessagesContainerName("MyHub")).toBe("myhub-largemessages");
  expect(historyTableName("MyHub")).toBe("MyHubHistory");
  expect(instancesTableName("MyHub")).toBe("MyHubInstances");
  expect(partitionsTableName("MyHub")).toBe("MyHubPartitions");
  expect(appLeaseContainerName("MyHub")).toBe("myhub-applease");
  expect(appLeaseBlobName("MyHub")).toBe("myhub-appleaseinfo");
  expect(blobLeasesContainerName("MyHub")).toBe("myhub-leases");
});

// Computed by an independent implementation of FNV-1a.
test.each([
  ["abc", 3, 3, 11],
  ["instance-1", 0, 4, 4],
  ["5e1cde4cf4be4e9bb9a7f1b6cb5b35ab", 3, 3, 11],
  ["aae324dcc8f943e490b37ec5e5bbf9da:0", 2, 2, 2],
  ["@counter@a", 2, 6, 6],
  ["世界", 3, 7, 15],
  ["", 1, 5, 5],
])("instance %j belongs to partition %i of 4, %i of 8, %i of 16", (id, of4, of8, of16) => {
  expect([4, 8, 16].map((count) => partitionOf(id, count))).toEqual([of4, of8, of16]);
});

describe("keys", () => {
  test.each([
    ["a/b\\c#d?e", "a^0b^1c^2d^3e"],
    ["^^0", "^^^^0"],
    ["tab\there", "tab^\u00c9here"],
    ["\u007f\u009f", "^\u013f^\u015f"],
    ["\u0000\u001f", "^\u00c0^\u00df"],
    [" ~\u00a0", " ~\u00a0"],
    ["50% 'off' @x 世界 😀", "50% 'off' @x 世界 😀"],
  ])("%j is stored as %j", (id, key) => {
    expect(escapeKey(id)).toBe(key);
    expect(unescapeKey(key)).toBe(id);
  });

  test("a key of another writer may end with ^", () => {
    expect(unescapeKey("a^")).toBe("a^");
    expect(unescapeKey("^")).toBe("^");
  });
});

describe("hub names", () => {
  test.each(["Hub", "MyHub2", "a".repeat(50)])("%s is valid", (name) => {
    expect(() => validateHubName(name)).not.toThrow();
  });

  test.each(["ab", "1hub", "my-hub", "hub_1", "", "a".repeat(51), "hüb"])("%j is rejected", (name) => {
    expect(() => validateHubName(name)).toThrow(/hub name/);
  });

  test.each([
    [undefined, "TestHubName"],
    ["", "TestHubName"],
    ["my-site.1", "mysite1"],
    ["1-site", "t1site"],
    ["--", "DefaultTaskHub"],
    ["a", "aHub"],
    ["abc", "abc"],
    ["s".repeat(60), "s".repeat(45)],
  ])("site name %j gives %s", (site, hub) => {
    expect(defaultHubName(site)).toBe(hub);
  });
});
