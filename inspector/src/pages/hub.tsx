import type { PageProps } from "../app.tsx";

export function HubPage(_: PageProps) {
  return <h1>Hub</h1>;
}
