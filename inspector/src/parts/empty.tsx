import type { ComponentChildren } from "preact";

/** Shown in place of a list without entries: what would be there, and how it gets there. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}
