import type { PageProps } from "../app.tsx";

export function InstancesPage(_: PageProps) {
  return <h1>Instances</h1>;
}
