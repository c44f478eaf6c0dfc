import type { ComponentChildren } from "preact";

type TableProps = {
  /** Description for screen readers. */
  label: string;
  class?: string;
  /** The rows of head and body. */
  children: ComponentChildren;
};

/** A table that scrolls on its own if it is wider than the window. */
export function Table({ label, class: className, children }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard.
    <section class="table" tabIndex={0} aria-label={label}>
      <table class={className}>{children}</table>
    </section>
  );
}
