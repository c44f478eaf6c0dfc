import type { TraceList, TraceSummary } from "../../../local/src/inspector/api.ts";
import { useEvery, useLoaded } from "../hooks.ts";
import { Empty } from "../parts/empty.tsx";
import { Failure } from "../parts/failure.tsx";
import { formatDuration, formatTime } from "../parts/format.ts";
import { numbers, Table } from "../parts/table.tsx";
import type { PageProps } from "../route.ts";
import { hrefOf } from "../router.ts";

const REFRESH_MS = 3000;

/** The latest traces of the app. */
export function TracesPage(_: PageProps) {
  const { value, error, reload } = useLoaded<TraceList>("api/traces");
  useEvery(REFRESH_MS, reload);
  return (
    <>
      <h1>Traces</h1>
      {error !== null && <Failure error={error} />}
      {value?.traces.length === 0 && <Empty title="No traces yet">A request to a function begins one.</Empty>}
      {value !== null && value.traces.length > 0 && <TracesTable list={value} />}
    </>
  );
}

function TracesTable({ list: { traces, omitted } }: { list: TraceList }) {
  return (
    <>
      <Table label="Traces" columns={["First span", "Begin", numbers("Duration"), numbers("Spans"), "Outcome"]}>
        {traces.map((trace) => (
          <Row key={trace.id} trace={trace} />
        ))}
      </Table>
      {omitted > 0 && <p class="quiet">{omitted} older ones are left out.</p>}
    </>
  );
}

function Row({ trace: { id, name, startedAt, durationMs, spans, isFailed } }: { trace: TraceSummary }) {
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf("trace", { id })}>{name}</a>
      </th>
      <td>
        <time dateTime={startedAt}>{formatTime(startedAt)}</time>
      </td>
      <td class="number">{formatDuration(durationMs)}</td>
      <td class="number">{spans}</td>
      <td>{isFailed ? <span class="status failed">With errors</span> : "OK"}</td>
    </tr>
  );
}
