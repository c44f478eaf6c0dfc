import type { RunDetail, RunList } from "../../../local/src/inspector/api.ts";
import { useLoaded } from "../hooks.ts";
import { Failure } from "../parts/failure.tsx";
import { formatDuration, formatTime } from "../parts/format.ts";
import { Table } from "../parts/table.tsx";
import { hrefOf, navigate } from "../router.ts";
import { type Comparison, compareRuns, type Difference } from "./compare-runs.ts";

/** Lets the user choose another run, and shows both side by side. */
export function RunComparison({ run, otherId }: { run: RunDetail; otherId: string }) {
  const { value: list } = useLoaded<RunList>("api/runs");
  const others = (list?.runs ?? []).filter(({ id }) => id !== run.id);
  const choose = (id: string) => navigate(hrefOf("run", { id: run.id, tab: "compare", with: id }), { replace: true });
  return (
    <>
      <label>
        Compare with{" "}
        <select value={otherId} onChange={(it) => choose(it.currentTarget.value)}>
          <option value="">choose a run</option>
          {others.map((it) => (
            <option key={it.id} value={it.id}>
              {it.notebook}, {formatTime(it.startedAt)}, {it.state}
            </option>
          ))}
        </select>
      </label>
      {otherId !== "" && <Loaded run={run} otherId={otherId} />}
    </>
  );
}

function Loaded({ run, otherId }: { run: RunDetail; otherId: string }) {
  const { value: other, error } = useLoaded<RunDetail>("api/run", { id: otherId });
  if (error !== null) return <Failure error={error} />;
  if (other === null) return null;
  const { steps, parameters, variables }: Comparison = compareRuns(run, other);
  const heads = [formatTime(run.startedAt), formatTime(other.startedAt)] as const;
  const stepText = (it: { state: string; durationMs: number | null }) =>
    it.durationMs === null ? it.state : `${it.state}, ${formatDuration(it.durationMs)}`;
  return (
    <>
      <Differences title="Steps" heads={heads} rows={steps} show={stepText} />
      <Differences title="Parameters" heads={heads} rows={parameters} show={String} />
      <Differences title="Variables at the end" heads={heads} rows={variables} show={String} />
    </>
  );
}

type DifferencesProps<Value> = {
  title: string;
  heads: readonly [string, string];
  rows: readonly Difference<Value>[];
  show: (value: Value) => string;
};

function Differences<Value>({ title, heads, rows, show }: DifferencesProps<Value>) {
  if (rows.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <Table label={title} columns={["Name", heads[0], heads[1], "Differs"]}>
        {rows.map(({ name, left, right, isEqual }) => (
          <tr key={name} class={isEqual ? "" : "differs"}>
            <th scope="row">{name}</th>
            <td class="mono">{left === null ? "–" : show(left)}</td>
            <td class="mono">{right === null ? "–" : show(right)}</td>
            <td>{isEqual ? "" : "yes"}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
