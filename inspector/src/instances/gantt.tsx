import { useEffect, useRef, useState } from "preact/hooks";
import type { InstanceDetail } from "../../../local/src/inspector/api.ts";
import { Failure } from "../parts/failure.tsx";
import { formatDuration } from "../parts/format.ts";
import { VirtualRows } from "../parts/virtual-rows.tsx";
import { hrefOf } from "../router.ts";
import { type GanttRow, useGanttRows } from "./gantt-rows.ts";
import { type Bar, type Span, ticks, wholeSpan, zoom } from "./history-bars.ts";

const ROW_HEIGHT = 26;
const TICKS = 6;
const ZOOM = 0.5;

/** What an instance did, and when: activities, timers, events, and sub-orchestrations that can be opened. */
export function Gantt({ instance }: { instance: InstanceDetail }) {
  const { rows, error, toggle } = useGanttRows(instance);
  const nowMs = useNow(rows.some(({ bar }) => bar.endMs === null));
  const bars = rows.map(({ bar }) => bar);
  const whole = wholeSpan(bars, nowMs);
  const [chosen, setChosen] = useState<Span | null>(null);
  const span = chosen ?? whole;
  const frame = useZoomAndPan(span, setChosen);
  const byButton = (factor: number) => setChosen(zoom(span, factor, 0.5));
  return (
    <div class="gantt" ref={frame}>
      {error !== null && <Failure error={error} />}
      <div class="actions">
        <button type="button" class="small" onClick={() => byButton(ZOOM)}>
          Zoom in
        </button>
        <button type="button" class="small" onClick={() => byButton(1 / ZOOM)}>
          Zoom out
        </button>
        <button type="button" class="small" disabled={chosen === null} onClick={() => setChosen(null)}>
          Show all
        </button>
        <span class="quiet">{formatDuration(span.toMs - span.fromMs)} shown</span>
      </div>
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

function Axis({ span, originMs }: { span: Span; originMs: number }) {
  return (
    <div class="gantt-row axis" aria-hidden="true">
      <span />
      <span class="gantt-track">
        {ticks(span, originMs, TICKS).map((ms) => (
          <span key={ms} class="tick" style={{ left: percent(ms, span) }}>
            {formatDuration(ms - originMs)}
          </span>
        ))}
      </span>
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
  // No more of it than can be seen: browsers draw lengths of millions of pixels wrongly.
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

/** The same in words. */
function describe({ kind, startMs, endMs, isAbandoned }: Bar): string {
  const length = endMs === null ? "not ended" : kind === "event" ? "" : formatDuration(endMs - startMs);
  return [` ${kind}`, length, isAbandoned ? "not waited for" : ""].filter((it) => it !== "").join(", ");
}

function percent(ms: number, { fromMs, toMs }: Span): string {
  return `${((ms - fromMs) / (toMs - fromMs)) * 100}%`;
}

/** Every second, while something has not ended. */
function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}

/** Ctrl and the wheel zoom where the pointer is; dragging moves the span; + and - zoom from the keyboard, arrows move. */
function useZoomAndPan(span: Span, change: (span: Span) => void) {
  const frame = useRef<HTMLDivElement>(null);
  const latest = useRef({ span, change });
  latest.current = { span, change };
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const gone = new AbortController();
    const { signal } = gone;
    const track = () => element.querySelector(".gantt-track")?.getBoundingClientRect();
    const move = (part: number) => {
      const { fromMs, toMs } = latest.current.span;
      const by = (toMs - fromMs) * part;
      latest.current.change({ fromMs: fromMs + by, toMs: toMs + by });
    };
    const onWheel = (event: WheelEvent) => {
      const place = track();
      if (!event.ctrlKey || place === undefined) return;
      event.preventDefault();
      const anchor = Math.min(Math.max((event.clientX - place.left) / place.width, 0), 1);
      latest.current.change(zoom(latest.current.span, event.deltaY > 0 ? 1.25 : 0.8, anchor));
    };
    const onMove = (event: PointerEvent) => {
      const place = track();
      const isOnTrack = event.target instanceof Element && event.target.closest(".gantt-track") !== null;
      if (event.buttons === 1 && isOnTrack && place !== undefined) move(-event.movementX / place.width);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "+" || event.key === "-") {
        latest.current.change(zoom(latest.current.span, event.key === "+" ? ZOOM : 1 / ZOOM, 0.5));
      } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
        move(event.key === "ArrowLeft" ? -0.1 : 0.1);
      }
    };
    element.addEventListener("wheel", onWheel, { signal, passive: false });
    element.addEventListener("pointermove", onMove, { signal });
    element.addEventListener("keydown", onKey, { signal });
    return () => gone.abort();
  }, []);
  return frame;
}
