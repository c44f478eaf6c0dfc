import type { PageProps } from "../app.tsx";

export function EntitiesPage(_: PageProps) {
  return <h1>Entities</h1>;
}
