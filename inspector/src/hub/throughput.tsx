import { useContext } from "preact/hooks";
import { LiveContext, useNow } from "../hooks.ts";
import { formatClock } from "../parts/format.ts";
import type { Span } from "../parts/rates.ts";
import { numbers, Table } from "../parts/table.tsx";
import { DRAWING, throughputBars } from "./throughput-bars.ts";

const BAR_S = 5;
const TABLE_ROW_S = 30;

/** Function calls that ended in each second of the last five minutes. */
export function Throughput() {
  const now = useNow(1000);
  const { rates } = useContext(LiveContext);
  const spans = rates.spans(now, BAR_S);
  const completed = spans.reduce((sum, it) => sum + it.completed, 0);
  const failed = spans.reduce((sum, it) => sum + it.failed, 0);
  return (
    <section aria-label="Throughput">
      <h2>Throughput</h2>
      <p>
        <span class="status ok">{completed} completed</span> and{" "}
        <span class={failed > 0 ? "status failed" : "quiet"}>{failed} failed</span> function calls in five minutes.
      </p>
      <ThroughputChart spans={spans} />
      <details>
        <summary>As a table</summary>
        <ThroughputTable spans={rates.spans(now, TABLE_ROW_S)} />
      </details>
    </section>
  );
}

function ThroughputChart({ spans }: { spans: readonly Span[] }) {
  const { bars, top } = throughputBars(spans);
  const { width, height } = DRAWING;
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label="Calls per second">
        <title>{`Calls per second in the last five minutes, up to ${top}; the table has the numbers`}</title>
        {bars.map(({ x, width, completed, failed }) => (
          <g key={x}>
            <rect class="bar-ok" x={x} width={width} y={completed.y} height={completed.height} />
            <rect class="bar-failed" x={x} width={width} y={failed.y} height={failed.height} />
          </g>
        ))}
      </svg>
      <figcaption>
        <span>5 minutes ago</span>
        <span>up to {top} per second</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

function ThroughputTable({ spans }: { spans: readonly Span[] }) {
  return (
    <Table
      label="Throughput in numbers"
      columns={["From", numbers("Completed per second"), numbers("Failed per second")]}
    >
      {spans.map(({ startsAt, seconds, completed, failed }) => (
        <tr key={startsAt.getTime()}>
          <th scope="row">{formatClock(startsAt.toISOString()).replace(/[.,]\d+$/, "")}</th>
          <td class="number">{(completed / seconds).toFixed(2)}</td>
          <td class="number">{(failed / seconds).toFixed(2)}</td>
        </tr>
      ))}
    </Table>
  );
}
