import { useCallback } from "preact/hooks";
import type { InstanceDetail } from "../../../local/src/inspector/api.ts";
import { useHome, useLoaded, useOnInstanceChange } from "../hooks.ts";
import { Gantt } from "../instances/gantt.tsx";
import { HistoryList } from "../instances/history-list.tsx";
import { InstanceActions } from "../instances/instance-actions.tsx";
import { InstanceFacts } from "../instances/instance-facts.tsx";
import { InstanceTrace } from "../instances/instance-trace.tsx";
import { SequenceDiagram } from "../instances/sequence-diagram.tsx";
import { Empty } from "../parts/empty.tsx";
import { Failure } from "../parts/failure.tsx";
import { PayloadView } from "../parts/payload.tsx";
import { Status } from "../parts/status.tsx";
import type { PageProps } from "../route.ts";
import { hrefOf } from "../router.ts";
import { RunLines } from "../runs/run-lines.tsx";

const TABS = {
  gantt: "Timeline",
  sequence: "Sequence",
  history: "History",
  values: "Values",
  trace: "Trace",
  log: "Log",
} as const;
type Tab = keyof typeof TABS;

/** One orchestration: what it did, its input and output, and the actions on it. */
export function InstancePage({ query }: PageProps) {
  const { id = "", parent } = query;
  const hasTraces = useHome()?.can.traces === true;
  const { value: instance, error, reload } = useLoaded<InstanceDetail>("api/instance", { id });
  useOnInstanceChange(
    useCallback((it: string) => it === id, [id]),
    reload,
  );
  if (error?.status === 404) return <Missing id={id} />;
  if (instance === null) return error === null ? null : <Failure error={error} />;
  const tab: Tab = query["tab"] !== undefined && Object.hasOwn(TABS, query["tab"]) ? (query["tab"] as Tab) : "gantt";
  return (
    <>
      <h1>
        <bdi>{instance.name}</bdi> <Status of={instance.status} />
      </h1>
      {error !== null && <Failure error={error} />}
      <InstanceFacts instance={instance} parent={parent ?? ""} />
      <InstanceActions instance={instance} onDone={reload} />
      <nav class="tabs" aria-label="Parts of the instance">
        {tabsWith(hasTraces).map(([name, title]) => (
          <a
            key={name}
            href={hrefOf("instance", { id, parent, tab: name })}
            aria-current={name === tab ? "true" : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <Part tab={tab} instance={instance} />
    </>
  );
}

/** The trace tab is shown only where spans are stored. */
function tabsWith(hasTraces: boolean): [string, string][] {
  return Object.entries(TABS).filter(([name]) => hasTraces || name !== "trace");
}

function Missing({ id }: { id: string }) {
  return (
    <>
      <h1>Instance</h1>
      <Empty title="There is no such instance.">
        <span class="mono">{id}</span> was purged, or belongs to another task hub.{" "}
        <a href={hrefOf("instances")}>All instances</a>
      </Empty>
    </>
  );
}

function Part({ tab, instance }: { tab: Tab; instance: InstanceDetail }) {
  switch (tab) {
    case "gantt":
      return <Gantt key={instance.id} instance={instance} />;
    case "sequence":
      return <SequenceDiagram instance={instance} />;
    case "history":
      return <HistoryList instance={instance} />;
    case "values":
      return <Values instance={instance} />;
    case "trace":
      return <InstanceTrace id={instance.id} />;
    case "log":
      return <RunLines id={instance.id} />;
  }
}

function Values({ instance: { id, input, output, customStatus } }: { instance: InstanceDetail }) {
  return (
    <>
      <PayloadView of={input} label="Input" id={id} />
      <PayloadView of={output} label="Output" id={id} />
      <PayloadView of={customStatus} label="Custom status" id={id} />
    </>
  );
}
