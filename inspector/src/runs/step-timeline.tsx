import { formatDuration } from "../parts/format.ts";
import { Status } from "../parts/status.tsx";
import { numbers, Table } from "../parts/table.tsx";
import type { ShownStep } from "./run-summary.ts";

const COLUMNS = [
  "Step",
  "State",
  numbers("Time"),
  { title: "Part of the run's time", class: "timeline-bars", isUnseen: true },
];

/** The steps of a run with their share of its duration, as a table, so that it is accessible without the bars. */
export function StepTimeline({ steps }: { steps: readonly ShownStep[] }) {
  const endMs = Math.max(1, ...steps.map(({ startMs, durationMs }) => (startMs ?? 0) + (durationMs ?? 0)));
  return (
    <Table label="Steps" class="timeline" columns={COLUMNS}>
      {steps.map((step) => (
        <tr key={step.name}>
          <th scope="row">{step.name}</th>
          <td>
            <Status of={step.state} />
            {step.keptFrom !== null && <span class="quiet"> of {step.keptFrom}</span>}
          </td>
          <td class="number">{step.durationMs === null ? "" : formatDuration(step.durationMs)}</td>
          <td>
            <Bar step={step} endMs={endMs} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Bar({ step: { startMs, durationMs, state }, endMs }: { step: ShownStep; endMs: number }) {
  if (startMs === null || durationMs === null) return null;
  const percent = (ms: number) => `${(ms / endMs) * 100}%`;
  return (
    <div class="timeline-track">
      <div
        class={`timeline-bar ${state === "failed" ? "failed" : ""}`}
        style={{ marginInlineStart: percent(startMs), width: percent(durationMs) }}
      />
    </div>
  );
}
