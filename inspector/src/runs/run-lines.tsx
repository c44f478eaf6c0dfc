import { useLayoutEffect, useRef } from "preact/hooks";
import { useLive } from "../hooks.ts";

/** The live output of a run; follows new lines unless the user has scrolled up. */
export function RunLines({ id }: { id: string }) {
  const { events } = useLive();
  const frame = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  const lines = events.flatMap((it) => (it.kind === "line" && it.instanceId === id ? [it.text] : []));
  useLayoutEffect(() => {
    if (isAtEnd.current && frame.current !== null) frame.current.scrollTop = frame.current.scrollHeight;
  });
  if (lines.length === 0) return <p class="quiet">Nothing was printed yet.</p>;
  const onScroll = ({ currentTarget: it }: { currentTarget: HTMLElement }) => {
    isAtEnd.current = it.scrollTop + it.clientHeight > it.scrollHeight - 20;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard.
    <section class="lines" ref={frame} onScroll={onScroll} tabIndex={0} aria-label="Printed lines">
      <pre>{lines.join("\n")}</pre>
    </section>
  );
}
