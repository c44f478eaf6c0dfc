import { useMemo, useState } from "preact/hooks";
import type { TraceDetail, TraceSpan } from "../../../local/src/inspector/api.ts";
import { formatDuration } from "../parts/format.ts";
import type { Span } from "../parts/time-span.ts";
import { Axis, percent, useZoomAndPan, ZoomButtons } from "../parts/time-track.tsx";
import { VirtualRows } from "../parts/virtual-rows.tsx";
import { ChosenSpan } from "./chosen-span.tsx";
import { kindOf, type SpanRow, spanOfAll, toRows } from "./span-rows.ts";

const ROW_HEIGHT = 28;
const DEEPEST = 12;

/** Spans by time, each below its cause; the selected span's content is shown next to them. */
export function Waterfall({ trace: { spans, omitted } }: { trace: TraceDetail }) {
  const rows = useMemo(() => toRows(spans), [spans]);
  const whole = useMemo(() => spanOfAll(spans), [spans]);
  const [shown, setShown] = useState<Span | null>(null);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const span = shown ?? whole;
  const frame = useZoomAndPan(span, setShown);
  const chosen = spans.find(({ id }) => id === chosenId);
  return (
    <div class="gantt" ref={frame}>
      <ZoomButtons span={span} isWhole={shown === null} onChange={setShown} />
      {omitted > 0 && <p class="quiet">{omitted} later spans are left out.</p>}
      <div class={chosen === undefined ? "history" : "history split"}>
        <div>
          <Axis span={span} originMs={whole.fromMs} />
          <VirtualRows
            label="Spans, by time"
            count={rows.length}
            rowHeight={ROW_HEIGHT}
            row={(index) => {
              const row = rows[index];
              if (row === undefined) return null;
              return <Row row={row} shown={span} isChosen={row.span === chosen} onChoose={setChosenId} />;
            }}
          />
        </div>
        {chosen !== undefined && <ChosenSpan span={chosen} onClose={() => setChosenId(null)} />}
      </div>
    </div>
  );
}

type RowProps = { row: SpanRow; shown: Span; isChosen: boolean; onChoose: (id: string) => void };

function Row({ row: { span, depth }, shown, isChosen, onChoose }: RowProps) {
  const { name, kind, startMs, endMs, problem } = span;
  return (
    <button type="button" class="gantt-row span-row" aria-pressed={isChosen} onClick={() => onChoose(span.id)}>
      <span
        class="gantt-label"
        style={{ paddingInlineStart: `${Math.min(depth, DEEPEST) * 0.9 + 0.4}rem` }}
        title={name}
      >
        {name}
        <span class="visually-hidden">
          , {kind}, {formatDuration(endMs - startMs)}
          {problem === null ? "" : ", failed"}
        </span>
      </span>
      <span class="gantt-track" aria-hidden="true">
        <Mark span={span} shown={shown} />
      </span>
    </button>
  );
}

/** Clipped to the visible part: browsers draw lengths of millions of pixels incorrectly. */
function Mark({ span, shown: { fromMs, toMs } }: { span: TraceSpan; shown: Span }) {
  if (span.endMs < fromMs || span.startMs > toMs) return null;
  const shownMs = toMs - fromMs;
  const startMs = Math.max(span.startMs, fromMs - shownMs);
  const width = `${((Math.min(span.endMs, toMs + shownMs) - startMs) / shownMs) * 100}%`;
  const classes = ["gantt-bar", kindOf(span), span.kind, span.problem === null ? "" : "failed"];
  const title = `${span.name}: ${span.kind}, ${formatDuration(span.endMs - span.startMs)}`;
  return <span class={classes.join(" ")} style={{ left: percent(startMs, { fromMs, toMs }), width }} title={title} />;
}
