import type { ComponentType } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Capabilities, Home } from "../../local/src/inspector/api.ts";
import { loadHome, type RequestError } from "./client.ts";
import { HomeContext, LiveContext, useLive } from "./hooks.ts";
import { EntitiesPage } from "./pages/entities.tsx";
import { EntityPage } from "./pages/entity.tsx";
import { HomePage } from "./pages/home.tsx";
import { HubPage } from "./pages/hub.tsx";
import { InstancePage } from "./pages/instance.tsx";
import { InstancesPage } from "./pages/instances.tsx";
import { RunPage } from "./pages/run.tsx";
import { RunsPage } from "./pages/runs.tsx";
import { TracePage } from "./pages/trace.tsx";
import { TracesPage } from "./pages/traces.tsx";
import { Failure } from "./parts/failure.tsx";
import { Notices } from "./parts/notices.tsx";
import { hrefOf, type PageName, titleOf } from "./route.ts";
import { useRoute } from "./router.ts";

type PageProps = { query: Readonly<Record<string, string>> };

const PAGES: Record<PageName, ComponentType<PageProps>> = {
  home: HomePage,
  runs: RunsPage,
  run: RunPage,
  instances: InstancesPage,
  instance: InstancePage,
  entities: EntitiesPage,
  entity: EntityPage,
  hub: HubPage,
  traces: TracesPage,
  trace: TracePage,
};

type Tab = { page: PageName; title: string; alsoFor: readonly PageName[]; needs?: keyof Capabilities };

const TABS: readonly Tab[] = [
  { page: "home", title: "Home", alsoFor: [] },
  { page: "runs", title: "Runs", alsoFor: ["run"], needs: "runs" },
  { page: "instances", title: "Instances", alsoFor: ["instance"] },
  { page: "entities", title: "Entities", alsoFor: ["entity"] },
  { page: "hub", title: "Task hub", alsoFor: [], needs: "hub" },
  { page: "traces", title: "Traces", alsoFor: ["trace"], needs: "traces" },
];

export function App() {
  const live = useContext(LiveContext);
  const { home, error } = useLoadedHome();
  useEffect(() => live.start(), [live]);
  if (error !== null && home === null) return <Failure error={error} />;
  if (home === null) return null;
  return (
    <HomeContext.Provider value={home}>
      <Shell home={home} />
    </HomeContext.Provider>
  );
}

/** Functions and token, requested again when a different host answers. */
function useLoadedHome(): { home: Home | null; error: RequestError | null } {
  const { generation } = useLive();
  const [state, setState] = useState<{ home: Home | null; error: RequestError | null }>({ home: null, error: null });
  useEffect(() => {
    loadHome().then(
      (home) => setState({ home, error: null }),
      (error: RequestError) => setState((was) => ({ ...was, error })),
    );
  }, [generation]);
  return state;
}

function Shell({ home }: { home: Home }) {
  const { page, query } = useRoute();
  const Page = PAGES[page];
  const tabs = TABS.filter(({ needs }) => needs === undefined || home.can[needs]);
  const title = titleOf({ page, query });
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <button type="button" class="skip" onClick={focusMain}>
        Skip to content
      </button>
      <header class="bar">
        <nav aria-label="Pages">
          {tabs.map((tab) => {
            const isHere = tab.page === page || tab.alsoFor.includes(page);
            return (
              <a key={tab.page} href={hrefOf(tab.page)} aria-current={isHere ? "page" : undefined}>
                {tab.title}
              </a>
            );
          })}
        </nav>
        <Connection where={home.where} />
      </header>
      <main id="main" tabIndex={-1}>
        <Page query={query} />
      </main>
      <Notices />
    </>
  );
}

/** A button, because a link would change the URL fragment, which holds the page's route. */
function focusMain(): void {
  document.getElementById("main")?.focus();
}

function Connection({ where }: { where: string }) {
  const { isConnected, instances } = useLive();
  const isLost = !isConnected && instances !== null;
  return (
    <span class="connection" role="status">
      <span class={`dot ${isConnected ? "ok" : isLost ? "failed" : ""}`} aria-hidden="true" />
      {where} {isLost ? "does not answer" : ""}
    </span>
  );
}
