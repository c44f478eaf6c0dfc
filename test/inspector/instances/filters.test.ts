import { expect, test } from "vitest";
import { applyFilters, countStatuses, readFilters, toQuery } from "../../../inspector/src/instances/filters.ts";
import type { InstanceSummary } from "../../../local/src/inspector/api.ts";

const instance = (id: string, status: InstanceSummary["status"], createdAt: string): InstanceSummary => ({
  id,
  name: `Name of ${id}`,
  status,
  createdAt,
  updatedAt: createdAt,
});

const all = [
  instance("a1", "Running", "2026-01-01T00:00:00Z"),
  instance("b2", "Failed", "2026-01-03T00:00:00Z"),
  instance("B3", "Completed", "2026-01-02T00:00:00Z"),
];

const found = (query: Record<string, string>) => applyFilters(all, readFilters(query)).map(({ id }) => id);

test.each([
  [{}, ["b2", "B3", "a1"]],
  [{ status: "Running,Failed" }, ["b2", "a1"]],
  [{ q: "B" }, ["b2", "B3"]],
  [{ q: "name of a" }, ["a1"]],
  [{ since: "2026-01-02T00:00:00Z" }, ["b2", "B3"]],
  [{ since: "nonsense" }, ["b2", "B3", "a1"]],
  [{ sort: "status", order: "asc" }, ["B3", "b2", "a1"]],
  [{ sort: "__proto__" }, ["b2", "B3", "a1"]],
])("the query %j shows %j", (query: Record<string, string>, expected) => {
  expect(found(query)).toEqual(expected);
});

test("filters survive a round trip through the URL, and defaults are left out", () => {
  const filters = readFilters({ status: "Failed", q: "x", since: "2026-01-01", sort: "name", order: "asc" });
  expect(readFilters(toQuery(filters) as Record<string, string>)).toEqual(filters);
  expect(Object.values(toQuery(readFilters({}))).every((it) => it === "")).toBe(true);
});

test("statuses are counted for the instances that match the other filters", () => {
  const counts = countStatuses(all, readFilters({ status: "Running", q: "b" }));
  expect([...counts]).toEqual([
    ["Failed", 1],
    ["Completed", 1],
  ]);
});
