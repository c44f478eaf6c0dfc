import { useState } from "preact/hooks";
import type { RunList, RunSummary } from "../../../local/src/inspector/api.ts";
import { useLoaded, useOnInstanceChange } from "../hooks.ts";
import { Empty } from "../parts/empty.tsx";
import { Failure } from "../parts/failure.tsx";
import { formatDuration, formatTime } from "../parts/format.ts";
import { Status } from "../parts/status.tsx";
import { numbers, Table } from "../parts/table.tsx";
import type { PageProps } from "../route.ts";
import { hrefOf, navigate } from "../router.ts";

const ANY = () => true;
const PAGE = 200;

/** All recorded notebook runs, newest first. */
export function RunsPage({ query: { q = "" } }: PageProps) {
  const { value, error, reload } = useLoaded<RunList>("api/runs");
  useOnInstanceChange(ANY, reload);
  const runs = (value?.runs ?? []).filter((it) => isFound(it, q));
  return (
    <>
      <h1>Runs</h1>
      {error !== null && <Failure error={error} />}
      <input
        type="search"
        aria-label="Only runs whose notebook, ID or state has this text"
        placeholder="Notebook, ID or state"
        value={q}
        onInput={(it) => navigate(hrefOf("runs", { q: it.currentTarget.value }), { replace: true })}
      />
      {value !== null && runs.length === 0 ? <NoRuns isFiltered={q !== ""} /> : <Runs runs={runs} />}
    </>
  );
}

function isFound({ notebook, id, state }: RunSummary, text: string): boolean {
  const wanted = text.toLowerCase();
  return [notebook, id, state].some((it) => it.toLowerCase().includes(wanted));
}

function NoRuns({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) return <Empty title="No run has this text." />;
  return (
    <Empty title="No notebook was run yet.">
      <code>same-kit local run notebook.ipynb</code> runs one.
    </Empty>
  );
}

function Runs({ runs }: { runs: readonly RunSummary[] }) {
  const [shown, setShown] = useState(PAGE);
  return (
    <>
      <Table label="Runs" columns={["Notebook", "State", "Started", numbers("Duration"), numbers("Steps"), "Why"]}>
        {runs.slice(0, shown).map((run) => (
          <Row key={run.id} run={run} />
        ))}
      </Table>
      {runs.length > shown && (
        <button type="button" onClick={() => setShown(shown + PAGE)}>
          Show more of {runs.length}
        </button>
      )}
    </>
  );
}

function Row({ run }: { run: RunSummary }) {
  const { id, notebook, state, startedAt, endedAt, steps, reason } = run;
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf("run", { id })}>{notebook}</a>
      </th>
      <td>
        <Status of={state} />
      </td>
      <td>{formatTime(startedAt)}</td>
      <td class="number">{endedAt === null ? "" : formatDuration(Date.parse(endedAt) - Date.parse(startedAt))}</td>
      <td class="number">{steps.length}</td>
      <td>{reason ?? ""}</td>
    </tr>
  );
}
