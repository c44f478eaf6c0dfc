/** Foreign text, as text; long ones scroll. */
export function Output({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached with the keyboard.
    <section class="output" tabIndex={0} aria-label={label}>
      <pre>{text}</pre>
    </section>
  );
}
