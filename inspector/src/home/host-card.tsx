import type { Home } from "../../../local/src/inspector/api.ts";
import { Facts } from "../parts/facts.tsx";
import { Status } from "../parts/status.tsx";

const KINDS: Readonly<Record<Home["kind"], string>> = {
  host: "Host on this machine",
  app: "Deployed app",
  storage: "Task hub, without a host",
};

/** The host that answers. */
export function HostCard({ home }: { home: Home }) {
  const { kind, where, state, version, nodeVersion, storage, hubName } = home;
  return (
    <section class="card">
      <h2>{KINDS[kind]}</h2>
      <Facts
        facts={[
          ["Address", where],
          ["State", state === null ? null : <Status of={state} />],
          ["Task hub", hubName],
          ["Storage", storage],
          ["Node", nodeVersion],
          ["same-kit", version],
        ]}
      />
    </section>
  );
}
