import type { PageProps } from "../app.tsx";

export function InstancePage(_: PageProps) {
  return <h1>Instance</h1>;
}
