import type { PageProps } from "../app.tsx";

export function RunsPage(_: PageProps) {
  return <h1>Runs</h1>;
}
