import type { PageProps } from "../app.tsx";

export function EntityPage(_: PageProps) {
  return <h1>Entity</h1>;
}
