import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
  type VirtualizerOptions,
} from "@tanstack/virtual-core";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";

type RowsProps = {
  count: number;
  /** In pixels; every row has it. */
  rowHeight: number;
  row: (index: number) => ComponentChildren;
  /** What the list holds, for people who cannot see it. */
  label: string;
};

/** A list that scrolls and draws only the rows that can be seen. */
export function VirtualRows({ count, rowHeight, row, label }: RowsProps) {
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
  const total = virtualizer.getTotalSize();
  // The border's two pixels belong to the frame.
  const height = `min(max(12rem, 100vh - 12rem), ${total + 2}px)`;
  const place = (item: VirtualItem) => ({ height: `${rowHeight}px`, transform: `translateY(${item.start}px)` });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached with the keyboard.
    <section class="rows" ref={frame} tabIndex={0} aria-label={label} style={{ height }}>
      <ul class="rows-space" style={{ height: `${total}px` }}>
        {virtualizer.getVirtualItems().map((item) => (
          <li key={item.key} class="rows-row" style={place(item)}>
            {row(item.index)}
          </li>
        ))}
      </ul>
    </section>
  );
}
