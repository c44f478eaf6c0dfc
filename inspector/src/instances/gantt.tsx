import { useEffect, useState } from "preact/hooks";
import type { InstanceDetail } from "../../../local/src/inspector/api.ts";
import { Failure } from "../parts/failure.tsx";
import { formatDuration } from "../parts/format.ts";
import type { Span } from "../parts/time-span.ts";
import { Axis, percent, useZoomAndPan, ZoomButtons } from "../parts/time-track.tsx";
import { VirtualRows } from "../parts/virtual-rows.tsx";
import { hrefOf } from "../router.ts";
import { type GanttRow, useGanttRows } from "./gantt-rows.ts";
import { type Bar, wholeSpan } from "./history-bars.ts";

const ROW_HEIGHT = 26;

/** What an instance did, and when: activities, timers, events, and sub-orchestrations that can be expanded. */
export function Gantt({ instance }: { instance: InstanceDetail }) {
  const { rows, error, toggle } = useGanttRows(instance);
  const nowMs = useNow(rows.some(({ bar }) => bar.endMs === null));
  const bars = rows.map(({ bar }) => bar);
  const whole = wholeSpan(bars, nowMs);
  const [chosen, setChosen] = useState<Span | null>(null);
  const span = chosen ?? whole;
  const frame = useZoomAndPan(span, setChosen);
  return (
    <div class="gantt" ref={frame}>
      {error !== null && <Failure error={error} />}
      <ZoomButtons span={span} isWhole={chosen === null} onChange={setChosen} />
      <Axis span={span} originMs={whole.fromMs} />
      <VirtualRows
        label="What the instance did, by time"
        count={rows.length}
        rowHeight={ROW_HEIGHT}
        row={(index) => {
          const row = rows[index];
          return row === undefined ? null : <Row row={row} span={span} nowMs={nowMs} onToggle={toggle} />;
        }}
      />
    </div>
  );
}

type RowProps = { row: GanttRow; span: Span; nowMs: number; onToggle: (childId: string) => void };

function Row({ row: { bar, depth, isOpen, parentId }, span, nowMs, onToggle }: RowProps) {
  const { childId } = bar;
  const attempt = bar.attempt > 1 ? `, attempt ${bar.attempt}` : "";
  const text = `${bar.label}${attempt}${bar.isFailed ? ", failed" : ""}`;
  return (
    <div class="gantt-row">
      <span class="gantt-label" style={{ paddingInlineStart: `${depth + 0.4}rem` }} title={text}>
        {childId !== null && (
          <button
            type="button"
            class="small"
            aria-expanded={isOpen}
            aria-label={`${isOpen ? "Close" : "Open"} ${bar.label}`}
            onClick={() => onToggle(childId)}
          >
            {isOpen ? "−" : "+"}
          </button>
        )}
        {childId === null ? text : <a href={hrefOf("instance", { id: childId, parent: parentId })}>{text}</a>}
        <span class="visually-hidden">{describe(bar)}</span>
      </span>
      <span class="gantt-track" aria-hidden="true">
        <BarMark bar={bar} span={span} nowMs={nowMs} />
      </span>
    </div>
  );
}

function BarMark({ bar, span, nowMs }: { bar: Bar; span: Span; nowMs: number }) {
  const endMs = bar.endMs ?? Math.max(nowMs, bar.startMs);
  if (endMs < span.fromMs || bar.startMs > span.toMs) return null;
  const isOpen = bar.endMs === null || bar.isAbandoned;
  const classes = ["gantt-bar", bar.kind, bar.isFailed ? "failed" : "", isOpen ? "open" : ""];
  // Clipped to the visible part: browsers draw lengths of millions of pixels incorrectly.
  const shownMs = span.toMs - span.fromMs;
  const fromMs = Math.max(bar.startMs, span.fromMs - shownMs);
  const width = `${((Math.min(endMs, span.toMs + shownMs) - fromMs) / shownMs) * 100}%`;
  return (
    <span
      class={classes.join(" ")}
      style={{ left: percent(fromMs, span), width }}
      title={`${bar.label}: ${describe(bar)}${bar.isFailed ? ", failed" : ""}`}
    />
  );
}

/** The bar in words. */
function describe({ kind, startMs, endMs, isAbandoned }: Bar): string {
  const length = endMs === null ? "not ended" : kind === "event" ? "" : formatDuration(endMs - startMs);
  return [` ${kind}`, length, isAbandoned ? "not waited for" : ""].filter((it) => it !== "").join(", ");
}

/** Updated every second until everything has ended. */
function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
