import { useState } from "preact/hooks";
import type { RunList, RunSummary } from "../../../local/src/inspector/api.ts";
import { useLoaded, useOnInstanceChange } from "../hooks.ts";
import { Empty } from "../parts/empty.tsx";
import { Failure } from "../parts/failure.tsx";
import { formatDuration, formatTime } from "../parts/format.ts";
import { Status } from "../parts/status.tsx";
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
      <div class="table">
        <table>
          <thead>
            <tr>
              <th scope="col">Notebook</th>
              <th scope="col">State</th>
              <th scope="col">Started</th>
              <th scope="col" class="number">
                Duration
              </th>
              <th scope="col" class="number">
                Steps
              </th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {runs.slice(0, shown).map((run) => (
              <Row key={run.id} run={run} />
            ))}
          </tbody>
        </table>
      </div>
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
