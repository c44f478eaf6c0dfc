import type { PageProps } from "../app.tsx";

export function HomePage(_: PageProps) {
  return <h1>Home</h1>;
}
