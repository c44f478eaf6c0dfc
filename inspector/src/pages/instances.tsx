import { useMemo, useState } from "preact/hooks";
import type { PageProps } from "../app.tsx";
import { useLive } from "../hooks.ts";
import { BulkActions } from "../instances/bulk-actions.tsx";
import { FilterBar } from "../instances/filter-bar.tsx";
import { applyFilters, readFilters } from "../instances/filters.ts";
import { InstanceRows } from "../instances/instance-rows.tsx";
import { Empty } from "../parts/empty.tsx";

/** All orchestrations of the hub, as they come and change. */
export function InstancesPage({ query }: PageProps) {
  const { instances, omitted } = useLive();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  // The key stands for the query.
  const key = JSON.stringify(query);
  const filters = useMemo(() => readFilters(query), [key]);
  const shown = useMemo(() => applyFilters(instances ?? [], filters), [instances, filters]);
  const select = (ids: readonly string[], isSelected: boolean) => {
    const next = new Set(selected);
    for (const id of ids) isSelected ? next.add(id) : next.delete(id);
    setSelected(next);
  };
  // What a filter hides is not meant by a button.
  const meant = shown.filter(({ id }) => selected.has(id));
  return (
    <>
      <h1>Instances</h1>
      {instances !== null && instances.length === 0 ? (
        <Empty title="No orchestration was started yet.">Home has a form to start one.</Empty>
      ) : (
        <>
          <FilterBar instances={instances ?? []} filters={filters} />
          {omitted > 0 && <p class="warning">The newest are listed; {omitted} older ones are left out.</p>}
          {meant.length > 0 && <BulkActions selected={meant} onDone={() => setSelected(new Set())} />}
          <p class="quiet" role="status">
            {instances === null ? "Loading …" : `${shown.length} of ${instances.length}`}
          </p>
          <InstanceRows instances={shown} filters={filters} selected={selected} onSelect={select} />
        </>
      )}
    </>
  );
}
