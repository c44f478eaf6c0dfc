import { useContext } from "preact/hooks";
import { LiveContext, useLive } from "../hooks.ts";
import { Facts } from "../parts/facts.tsx";

/** Requests and function calls, counted live. */
export function ActivityCard() {
  useLive();
  const { totals } = useContext(LiveContext).rates;
  return (
    <section class="card">
      <h2>Activity</h2>
      <Facts
        facts={[
          ["Requests", counted(totals.requests, totals.failedRequests)],
          ["Function calls", counted(totals.calls, totals.failedCalls)],
        ]}
      />
      <p class="quiet">The latest before this page was opened, and all since.</p>
    </section>
  );
}

function counted(all: number, failed: number) {
  return (
    <>
      {all}
      {failed > 0 && <span class="status failed"> {failed} failed</span>}
    </>
  );
}
