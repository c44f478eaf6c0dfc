import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
  type VirtualizerOptions,
} from "@tanstack/virtual-core";
import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

type RowsProps = {
  count: number;
  /** Height of every row in pixels. */
  rowHeight: number;
  row: (index: number) => ComponentChildren;
  /** Description for screen readers. */
  label: string;
  /** Identifies a row. With it, rows added or removed above the visible ones do not move them. */
  keyOf?: (index: number) => string;
};

/** A scrolling list that renders only the visible rows. */
export function VirtualRows({ count, rowHeight, row, label, keyOf }: RowsProps) {
  const frame = useRef<HTMLElement>(null);
  const [, redraw] = useReducer((it: number) => it + 1, 0);
  const options: VirtualizerOptions<HTMLElement, HTMLElement> = {
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(0),
  };
  const [virtualizer] = useState(() => new Virtualizer(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  useKeptPlace(frame, { count, rowHeight, keyOf });
  const total = virtualizer.getTotalSize();
  // The frame includes two pixels of border.
  const height = `min(max(12rem, 100vh - 12rem), ${total + 2}px)`;
  const place = (item: VirtualItem) => ({ height: `${rowHeight}px`, transform: `translateY(${item.start}px)` });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard.
    <section class="rows" ref={frame} tabIndex={0} aria-label={label} style={{ height }}>
      <ul class="rows-space" style={{ height: `${total}px` }}>
        {virtualizer.getVirtualItems().map((item) => (
          <li key={item.key} class="rows-row" style={place(item)} aria-setsize={count} aria-posinset={item.index + 1}>
            {row(item.index)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Keeps the first visible row in place when rows move; at the top, the newest rows stay visible. */
function useKeptPlace(
  frame: RefObject<HTMLElement | null>,
  { count, rowHeight, keyOf }: Pick<RowsProps, "count" | "rowHeight" | "keyOf">,
): void {
  const first = useRef<{ index: number; key: string } | null>(null);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null || keyOf === undefined) return;
    const { index = 0, key } = first.current ?? {};
    if (key !== undefined && index > 0) {
      const now = indexOf(key, index, { count, keyOf });
      if (now !== null && now !== index) element.scrollTop += (now - index) * rowHeight;
    }
    const shown = Math.floor(element.scrollTop / rowHeight);
    first.current = shown < count ? { index: shown, key: keyOf(shown) } : null;
  });
}

/** The row's current index; usually unchanged. */
function indexOf(
  key: string,
  was: number,
  { count, keyOf }: { count: number; keyOf: (index: number) => string },
): number | null {
  if (was < count && keyOf(was) === key) return was;
  for (let index = 0; index < count; index++) if (keyOf(index) === key) return index;
  return null;
}
