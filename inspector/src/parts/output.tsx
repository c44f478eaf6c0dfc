/** Foreign text, shown as plain text; long text scrolls. */
export function Output({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard.
    <section class="output" tabIndex={0} aria-label={label}>
      <pre>{text}</pre>
    </section>
  );
}
