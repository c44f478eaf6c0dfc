import { expect, test } from "vitest";
import { toTableFilter } from "../../../../local/src/engine/tracking/instance-filter.ts";
import { toOData } from "../../../../local/src/storage/azure/odata-filter.ts";

test("an empty query gives no filter", () => {
  expect(toTableFilter({})).toBeUndefined();
  expect(toTableFilter({ runtimeStatus: [], instanceIdPrefix: "" })).toBeUndefined();
});

test.each([
  [{ createdTimeFrom: "2026-06-24T14:00:00.0000000Z" }, "CreatedTime ge datetime'2026-06-24T14:00:00.0000000Z'"],
  [{ runtimeStatus: ["Failed", "Running"] as const }, "(RuntimeStatus eq 'Failed' or RuntimeStatus eq 'Running')"],
  [{ instanceIdPrefix: "a/'b" }, "PartitionKey ge 'a^0''b' and PartitionKey lt 'a^0''c'"],
  [
    { createdTimeTo: "2026-06-24T14:00:00Z", runtimeStatus: ["Failed"] as const },
    "CreatedTime le datetime'2026-06-24T14:00:00Z' and (RuntimeStatus eq 'Failed')",
  ],
])("%j is translated to OData", (given, filter) => {
  expect(toOData(toTableFilter(given) ?? { and: [] })).toBe(filter);
});
