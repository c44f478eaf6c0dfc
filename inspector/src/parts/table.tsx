import type { ComponentChildren } from "preact";

type TableProps = {
  /** What it holds, for people who cannot see it. */
  label: string;
  class?: string;
  /** The rows of head and body. */
  children: ComponentChildren;
};

/** A table that scrolls by itself where it is wider than the window. */
export function Table({ label, class: className, children }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached with the keyboard.
    <section class="table" tabIndex={0} aria-label={label}>
      <table class={className}>{children}</table>
    </section>
  );
}
