import type { Home, InspectedHost } from "../../../local/src/inspector/api.ts";
import { Facts } from "../parts/facts.tsx";
import { formatTime } from "../parts/format.ts";
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

/** The other hosts on this machine, with links to their inspectors. */
export function OtherHostsCard({ hosts }: { hosts: readonly InspectedHost[] }) {
  const others = hosts.filter(({ isThis }) => !isThis);
  if (others.length === 0) return null;
  return (
    <section class="card">
      <h2>Other hosts on this machine</h2>
      <ul class="plain">
        {others.map((it) => (
          <li key={it.url}>
            <a href={it.inspectorUrl}>{it.url}</a>
            <div class="quiet">
              {it.appDir}, task hub {it.hubName}, since {formatTime(it.startedAt)}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
