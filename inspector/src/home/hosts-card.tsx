import type { InspectedHost } from "../../../local/src/inspector/api.ts";
import { formatTime } from "../parts/format.ts";

/** The other hosts on this machine, with links to their inspectors. */
export function HostsCard({ hosts }: { hosts: readonly InspectedHost[] }) {
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
