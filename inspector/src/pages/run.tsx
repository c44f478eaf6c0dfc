import type { PageProps } from "../app.tsx";

export function RunPage(_: PageProps) {
  return <h1>Run</h1>;
}
