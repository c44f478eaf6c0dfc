import type { InstanceSummary } from "../../../local/src/inspector/api.ts";
import { hrefOf, navigate } from "../router.ts";
import { countStatuses, type Filters, STATUSES, toQuery } from "./filters.ts";

/** The filters. They are stored in the URL, so each change is a separate link. */
export function FilterBar({ instances, filters }: { instances: readonly InstanceSummary[]; filters: Filters }) {
  const counts = countStatuses(instances, filters);
  const change = (changes: Partial<Filters>) =>
    navigate(hrefOf("instances", toQuery({ ...filters, ...changes })), { replace: true });
  const toggle = (status: string) => {
    const { statuses } = filters;
    change({ statuses: statuses.includes(status) ? statuses.filter((it) => it !== status) : [...statuses, status] });
  };
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Only instances whose name or ID has this text"
        placeholder="Name or ID"
        value={filters.text}
        onInput={(it) => change({ text: it.currentTarget.value })}
      />
      <fieldset>
        <legend class="visually-hidden">Status</legend>
        {STATUSES.map((status) => (
          <button
            type="button"
            key={status}
            class="small"
            aria-pressed={filters.statuses.includes(status)}
            onClick={() => toggle(status)}
          >
            {status} {counts.get(status) ?? 0}
          </button>
        ))}
      </fieldset>
      <label>
        Created since{" "}
        <input
          type="datetime-local"
          value={filters.since}
          onInput={(it) => change({ since: it.currentTarget.value })}
        />
      </label>
    </search>
  );
}
