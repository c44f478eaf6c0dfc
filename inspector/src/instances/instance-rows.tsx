import type { InstanceSummary } from "../../../local/src/inspector/api.ts";
import { formatTime } from "../parts/format.ts";
import { Status } from "../parts/status.tsx";
import { VirtualRows } from "../parts/virtual-rows.tsx";
import { hrefOf } from "../router.ts";
import { type Filters, type Sort, toQuery } from "./filters.ts";

const ROW_HEIGHT = 34;

const COLUMNS: readonly { sort: Sort; title: string }[] = [
  { sort: "name", title: "Name" },
  { sort: "status", title: "Status" },
  { sort: "createdAt", title: "Created" },
  { sort: "updatedAt", title: "Updated" },
];

type RowsProps = {
  instances: readonly InstanceSummary[];
  filters: Filters;
  selected: ReadonlySet<string>;
  onSelect: (ids: readonly string[], isSelected: boolean) => void;
};

/** The list of instances; only visible rows are rendered. */
export function InstanceRows({ instances, filters, selected, onSelect }: RowsProps) {
  const isAll = instances.length > 0 && instances.every(({ id }) => selected.has(id));
  return (
    <>
      <div class="instance-row head">
        <input
          type="checkbox"
          aria-label="Select all in the list"
          checked={isAll}
          onChange={(it) =>
            onSelect(
              instances.map(({ id }) => id),
              it.currentTarget.checked,
            )
          }
        />
        {COLUMNS.map((column) => (
          <SortLink key={column.sort} {...column} filters={filters} />
        ))}
        <span>ID</span>
      </div>
      <VirtualRows
        // A different order or filter starts at the top.
        key={JSON.stringify(filters)}
        label="Instances"
        count={instances.length}
        rowHeight={ROW_HEIGHT}
        keyOf={(index) => instances[index]?.id ?? ""}
        row={(index) => {
          const instance = instances[index];
          if (instance === undefined) return null;
          return <Row instance={instance} isSelected={selected.has(instance.id)} onSelect={onSelect} />;
        }}
      />
    </>
  );
}

function SortLink({ sort, title, filters }: { sort: Sort; title: string; filters: Filters }) {
  const isSorted = filters.sort === sort;
  const next = {
    ...filters,
    sort,
    isAscending: isSorted ? !filters.isAscending : sort === "name" || sort === "status",
  };
  const direction = filters.isAscending ? "ascending" : "descending";
  return (
    <a href={hrefOf("instances", toQuery(next))}>
      {title}
      {isSorted && (
        <>
          <span aria-hidden="true">{filters.isAscending ? " ↑" : " ↓"}</span>
          <span class="visually-hidden">, sorted {direction}</span>
        </>
      )}
    </a>
  );
}

type RowProps = { instance: InstanceSummary; isSelected: boolean; onSelect: RowsProps["onSelect"] };

function Row({ instance: { id, name, status, createdAt, updatedAt, step }, isSelected, onSelect }: RowProps) {
  return (
    <div class="instance-row">
      <input
        type="checkbox"
        aria-label={`Select ${id}`}
        checked={isSelected}
        onChange={(it) => onSelect([id], it.currentTarget.checked)}
      />
      <a href={hrefOf("instance", { id })}>{name}</a>
      <span>
        <Status of={status} />
        {step !== undefined && <span class="quiet"> {step.name}</span>}
      </span>
      <span>{formatTime(createdAt)}</span>
      <span>{formatTime(updatedAt)}</span>
      <span class="mono quiet" title={id}>
        {id}
      </span>
    </div>
  );
}
