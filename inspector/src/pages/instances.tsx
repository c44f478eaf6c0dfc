import { useMemo, useState } from "preact/hooks";
import { useLive } from "../hooks.ts";
import { BulkActions } from "../instances/bulk-actions.tsx";
import { FilterBar } from "../instances/filter-bar.tsx";
import { applyFilters, clearFilters, type Filters, readFilters, toQuery } from "../instances/filters.ts";
import { InstanceRows } from "../instances/instance-rows.tsx";
import { Empty } from "../parts/empty.tsx";
import type { PageProps } from "../route.ts";
import { hrefOf, navigate } from "../router.ts";

/** All orchestrations of the hub, updated live. */
export function InstancesPage({ query }: PageProps) {
  const { instances, omitted } = useLive();
  // A dependency key for the query.
  const key = JSON.stringify(query);
  const filters = useMemo(() => readFilters(query), [key]);
  const shown = useMemo(() => applyFilters(instances ?? [], filters), [instances, filters]);
  const { selected, select, clear } = useSelection();
  // Buttons do not apply to instances hidden by a filter.
  const meant = shown.filter(({ id }) => selected.has(id));
  if (instances !== null && instances.length === 0) {
    return (
      <>
        <h1>Instances</h1>
        <Empty title="No orchestration was started yet.">
          <a href={hrefOf("home")}>Home</a> has a form to start one.
        </Empty>
      </>
    );
  }
  return (
    <>
      <h1>Instances</h1>
      <FilterBar instances={instances ?? []} filters={filters} />
      {omitted > 0 && <p class="warning">The newest are listed; {omitted} older ones are left out.</p>}
      {meant.length > 0 && <BulkActions selected={meant} onDone={clear} />}
      <p class="quiet" role="status">
        {instances === null ? "Loading …" : `${shown.length} of ${instances.length}`}
      </p>
      {instances !== null && shown.length === 0 ? (
        <NoneFound filters={filters} />
      ) : (
        <InstanceRows instances={shown} filters={filters} selected={selected} onSelect={select} />
      )}
    </>
  );
}

function NoneFound({ filters }: { filters: Filters }) {
  const clear = () => navigate(hrefOf("instances", toQuery(clearFilters(filters))));
  return (
    <Empty title="No instance matches the filters.">
      <button type="button" onClick={clear}>
        Clear filters
      </button>
    </Empty>
  );
}

/** Selected by ID, so that the selection survives changes of the list. */
function useSelection() {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const select = (ids: readonly string[], isSelected: boolean) => {
    const next = new Set(selected);
    for (const id of ids) isSelected ? next.add(id) : next.delete(id);
    setSelected(next);
  };
  return { selected, select, clear: () => setSelected(new Set()) };
}
