import type { Home } from "../../../local/src/inspector/api.ts";
import { ActivityCard } from "../home/activity-card.tsx";
import { AttentionCard } from "../home/attention-card.tsx";
import { CallDialog } from "../home/call-dialog.tsx";
import { FunctionsTable } from "../home/functions-table.tsx";
import { HostCard, OtherHostsCard } from "../home/host-card.tsx";
import { LogSection } from "../home/log-section.tsx";
import { StartForm } from "../home/start-form.tsx";
import { useEvery, useHome, useLoaded } from "../hooks.ts";
import { Dialog } from "../parts/dialog.tsx";
import { hrefOf, type PageProps } from "../route.ts";
import { navigate } from "../router.ts";

/** The app may be reloaded, and other hosts may start. */
const REFRESH_MS = 10_000;

/**
 * `#/home?call=FUNCTION` opens the form of that function, `#/home?form=start` the form that starts any orchestrator.
 */
export function HomePage({ query }: PageProps) {
  const known = useHome();
  const { value, reload } = useLoaded<Home>("api/home");
  useEvery(REFRESH_MS, reload);
  const home = value ?? known;
  if (home === null) return null;
  const close = () => navigate(hrefOf("home"), { replace: true });
  const called = home.functions.find(({ name }) => name === query["call"]);
  return (
    <>
      <h1>Home</h1>
      <div class="cards">
        <HostCard home={home} />
        <AttentionCard home={home} />
        {home.can.events && <ActivityCard />}
        <OtherHostsCard hosts={home.hosts} />
      </div>
      <h2>Functions</h2>
      <FunctionsTable home={home} />
      {home.can.events && <LogSection />}
      {called !== undefined && <CallDialog key={called.name} home={home} fn={called} onClose={close} />}
      {query["form"] === "start" && (
        <Dialog title="Start an orchestrator" onClose={close}>
          <StartForm name={null} onClose={close} />
        </Dialog>
      )}
    </>
  );
}
