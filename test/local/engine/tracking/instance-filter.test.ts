import { expect, test } from "vitest";
import { toInstanceFilter } from "../../../../local/src/engine/tracking/instance-filter.ts";

test("nothing asked for gives no filter", () => {
  expect(toInstanceFilter({})).toEqual({});
  expect(toInstanceFilter({ runtimeStatus: [], instanceIdPrefix: "" })).toEqual({});
});

test.each([
  [{ createdTimeFrom: "2026-06-24T14:00:00.0000000Z" }, "CreatedTime ge datetime'2026-06-24T14:00:00.0000000Z'"],
  [{ runtimeStatus: ["Failed", "Running"] as const }, "RuntimeStatus eq 'Failed' or RuntimeStatus eq 'Running'"],
  [{ instanceIdPrefix: "a/'b" }, "(PartitionKey ge 'a^0''b') and (PartitionKey lt 'a^0''c')"],
  [
    { createdTimeTo: "2026-06-24T14:00:00Z", runtimeStatus: ["Failed"] as const },
    "(CreatedTime le datetime'2026-06-24T14:00:00Z') and (RuntimeStatus eq 'Failed')",
  ],
])("%j becomes OData", (given, filter) => {
  expect(toInstanceFilter(given)).toEqual({ filter });
});
