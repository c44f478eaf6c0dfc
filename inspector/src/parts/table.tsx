import type { ComponentChildren } from "preact";

type Column =
  | string
  | { title: string; class: string /** Whether the title is only for screen readers. */; isUnseen?: boolean };

type TableProps = {
  /** Description for screen readers. */
  label: string;
  class?: string;
  columns: readonly Column[];
  /** The rows of the body. */
  children: ComponentChildren;
};

/** A table that scrolls on its own if it is wider than the window. */
export function Table({ label, class: className, columns, children }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: scrollable content must be reachable by keyboard.
    <section class="table" tabIndex={0} aria-label={label}>
      <table class={className}>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <Head key={index} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

/** A column of numbers, which are aligned at the right. */
export function numbers(title: string): Column {
  return { title, class: "number" };
}

function Head({ column }: { column: Column }) {
  if (typeof column === "string") return <th scope="col">{column}</th>;
  const { title, class: className, isUnseen = false } = column;
  return (
    <th scope="col" class={className}>
      {isUnseen ? <span class="visually-hidden">{title}</span> : title}
    </th>
  );
}
