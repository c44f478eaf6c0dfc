import { notebookText } from "./run-results.ts";

/** A notebook with these sources as its cells, a step each; `title`: below a heading. */
export function stepsNotebook(sources: readonly string[], { title = false } = {}): string {
  const cells = sources.map((source, index) => ({
    cell_type: "code" as const,
    source,
    metadata: { tags: index === 0 ? [] : [`same_step_${index}`] },
  }));
  return notebookText([...(title ? [{ cell_type: "markdown" as const, source: "# Title" }] : []), ...cells]);
}
