import { useEffect, useRef } from "preact/hooks";
import { formatDuration } from "./format.ts";
import { type Span, ticks, zoom } from "./time-span.ts";

const TICKS = 6;
const ZOOM = 0.5;

type ButtonsProps = {
  span: Span;
  isWhole: boolean;
  /** Called with null when everything is shown. */
  onChange: (span: Span | null) => void;
};

export function ZoomButtons({ span, isWhole, onChange }: ButtonsProps) {
  const by = (factor: number) => onChange(zoom(span, factor, 0.5));
  return (
    <div class="actions">
      <button type="button" class="small" onClick={() => by(ZOOM)}>
        Zoom in
      </button>
      <button type="button" class="small" onClick={() => by(1 / ZOOM)}>
        Zoom out
      </button>
      <button type="button" class="small" disabled={isWhole} onClick={() => onChange(null)}>
        Show all
      </button>
      <span class="quiet">{formatDuration(span.toMs - span.fromMs)} shown</span>
    </div>
  );
}

/** Time labels above the tracks of `.gantt-row`s, relative to `originMs`. */
export function Axis({ span, originMs }: { span: Span; originMs: number }) {
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

/** Position of a moment on a track. */
export function percent(ms: number, { fromMs, toMs }: Span): string {
  return `${((ms - fromMs) / (toMs - fromMs)) * 100}%`;
}

/**
 * Ctrl and the wheel zoom at the pointer; dragging moves the span; on the keyboard, + and - zoom and the arrow keys
 * move.
 */
export function useZoomAndPan(span: Span, change: (span: Span) => void) {
  const frame = useRef<HTMLDivElement>(null);
  const latest = useRef({ span, change });
  latest.current = { span, change };
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const gone = new AbortController();
    listenOn(element, gone.signal, {
      move: (part) => latest.current.change(moved(latest.current.span, part)),
      zoom: (factor, anchor) => latest.current.change(zoom(latest.current.span, factor, anchor)),
    });
    return () => gone.abort();
  }, []);
  return frame;
}

type Gestures = {
  /** By a part of the span. */
  move(part: number): void;
  /** @param anchor - The part of the span that keeps its place. */
  zoom(factor: number, anchor: number): void;
};

function listenOn(element: HTMLElement, signal: AbortSignal, gestures: Gestures): void {
  const track = () => element.querySelector(".gantt-track")?.getBoundingClientRect();
  const onWheel = (event: WheelEvent) => {
    const place = track();
    if (!event.ctrlKey || place === undefined) return;
    event.preventDefault();
    const anchor = Math.min(Math.max((event.clientX - place.left) / place.width, 0), 1);
    gestures.zoom(event.deltaY > 0 ? 1.25 : 0.8, anchor);
  };
  const onMove = (event: PointerEvent) => {
    const place = track();
    const isOnTrack = event.target instanceof Element && event.target.closest(".gantt-track") !== null;
    if (event.buttons === 1 && isOnTrack && place !== undefined) gestures.move(-event.movementX / place.width);
  };
  const onKey = ({ key }: KeyboardEvent) => {
    if (key === "+" || key === "-") gestures.zoom(key === "+" ? ZOOM : 1 / ZOOM, 0.5);
    else if (key === "ArrowLeft" || key === "ArrowRight") gestures.move(key === "ArrowLeft" ? -0.1 : 0.1);
  };
  element.addEventListener("wheel", onWheel, { signal, passive: false });
  element.addEventListener("pointermove", onMove, { signal });
  element.addEventListener("keydown", onKey, { signal });
}

function moved({ fromMs, toMs }: Span, part: number): Span {
  const by = (toMs - fromMs) * part;
  return { fromMs: fromMs + by, toMs: toMs + by };
}
