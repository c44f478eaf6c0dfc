import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { StreamEvent } from "../../../local/src/inspector/api.ts";
import { useLive } from "../hooks.ts";
import { type LineEvent, latestLines } from "../parts/event-lines.ts";
import { TextField } from "../parts/fields.tsx";
import { formatClock } from "../parts/format.ts";

const SHOWN_LINES = 300;

/** The live output of the host and the app. */
export function LogSection() {
  const { events } = useLive();
  const [filter, setFilter] = useState("");
  const [held, setHeld] = useState<readonly StreamEvent[] | null>(null);
  const lines = latestLines(held ?? events, filter, SHOWN_LINES);
  return (
    <section>
      <h2>Log</h2>
      <div class="toolbar">
        <TextField label="Filter lines" value={filter} onChange={setFilter} />
        <button type="button" aria-pressed={held !== null} onClick={() => setHeld(held === null ? events : null)}>
          Pause
        </button>
      </div>
      <LogLines lines={lines} />
    </section>
  );
}

/** Follows new lines, unless the user has scrolled up. */
function LogLines({ lines }: { lines: readonly LineEvent[] }) {
  const frame = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (isAtEnd.current) frame.current?.scrollTo({ top: frame.current.scrollHeight });
  }, [lines]);
  const onScroll = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: { currentTarget: HTMLElement }) => {
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 20;
  };
  return (
    // Not announced live: a screen reader would read every line aloud.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard.
    <div class="log" role="log" aria-live="off" aria-label="Log lines" tabIndex={0} ref={frame} onScroll={onScroll}>
      {lines.length === 0 && <p class="quiet">No lines.</p>}
      {lines.map((it, index) => (
        <p key={index} class={`line ${it.level}`}>
          <time dateTime={it.at}>{formatClock(it.at)}</time> <span class="quiet">{it.source}</span> {it.text}
        </p>
      ))}
    </div>
  );
}
