import type { InstanceStatusName, InstanceSummary } from "../../../local/src/inspector/api.ts";

export const STATUSES: readonly InstanceStatusName[] = [
  "Running",
  "Pending",
  "Suspended",
  "Completed",
  "Failed",
  "Terminated",
];

const SORTS = ["createdAt", "updatedAt", "name", "status"] as const;
export type Sort = (typeof SORTS)[number];

/** The list's filters and order, as stored in the URL. */
export type Filters = {
  /** Empty: all. */
  statuses: readonly string[];
  /** Matched in the name or the ID, ignoring case. */
  text: string;
  /** ISO 8601 time or date; empty: any time. */
  since: string;
  sort: Sort;
  isAscending: boolean;
};

type Query = Readonly<Record<string, string | undefined>>;

/** Reads the filters from a query; unknown values get their defaults. */
export function readFilters(query: Query): Filters {
  const sort = SORTS.find((it) => it === query["sort"]) ?? "createdAt";
  return {
    statuses: (query["status"] ?? "").split(",").filter((it) => it !== ""),
    text: query["q"] ?? "",
    since: query["since"] ?? "",
    sort,
    isAscending: query["order"] === "asc",
  };
}

/** The filters as a query; default values are left out. */
export function toQuery({ statuses, text, since, sort, isAscending }: Filters): Query {
  return {
    status: statuses.join(","),
    q: text,
    since,
    sort: sort === "createdAt" ? "" : sort,
    order: isAscending ? "asc" : "",
  };
}

/** Shows everything, in the same order. */
export function clearFilters({ sort, isAscending }: Filters): Filters {
  return { statuses: [], text: "", since: "", sort, isAscending };
}

export function applyFilters(instances: readonly InstanceSummary[], filters: Filters): InstanceSummary[] {
  const text = filters.text.toLowerCase();
  const sinceMs = Date.parse(filters.since);
  const found = instances.filter(
    (it) =>
      (filters.statuses.length === 0 || filters.statuses.includes(it.status)) &&
      (text === "" || it.id.toLowerCase().includes(text) || it.name.toLowerCase().includes(text)) &&
      (Number.isNaN(sinceMs) || Date.parse(it.createdAt) >= sinceMs),
  );
  const direction = filters.isAscending ? 1 : -1;
  const { sort } = filters;
  return found.sort((a, b) => (a[sort] === b[sort] ? 0 : a[sort] < b[sort] ? -direction : direction));
}

/** Number of instances per status, among those that the other filters leave. */
export function countStatuses(instances: readonly InstanceSummary[], filters: Filters): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { status } of applyFilters(instances, { ...filters, statuses: [] })) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}
