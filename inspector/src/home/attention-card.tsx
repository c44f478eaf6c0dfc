import { useMemo } from "preact/hooks";
import type { Home, HubState } from "../../../local/src/inspector/api.ts";
import { useEvery, useLive, useLoaded, useNow } from "../hooks.ts";
import { findAttention } from "./attention.ts";

const REFRESH_MS = 15_000;

/** The instances, functions and queues that need attention. */
export function AttentionCard({ home }: { home: Home }) {
  const { instances } = useLive();
  const { value: hub, reload } = useLoaded<HubState>(home.can.hub ? "api/hub" : null);
  useEvery(home.can.hub ? REFRESH_MS : null, reload);
  const now = useNow(REFRESH_MS);
  const items = useMemo(
    () => findAttention({ instances: instances ?? [], functions: home.functions, hub, now }),
    [instances, home, hub, now],
  );
  return (
    <section class="card" aria-label="What needs attention">
      <h2>Needs attention</h2>
      {items.length === 0 ? (
        <p class="quiet">Nothing.</p>
      ) : (
        <ul class="attention">
          {items.map(({ text, link }) => (
            <li key={`${text} ${link?.href}`}>
              {text} {link !== null && <a href={link.href}>{link.text}</a>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
