import { useCallback } from "preact/hooks";
import type { InstanceDetail } from "../../../local/src/inspector/api.ts";
import type { PageProps } from "../app.tsx";
import { useHome, useLoaded, useOnInstanceChange } from "../hooks.ts";
import { Gantt } from "../instances/gantt.tsx";
import { toBars } from "../instances/history-bars.ts";
import { HistoryList } from "../instances/history-list.tsx";
import { InstanceActions } from "../instances/instance-actions.tsx";
import { SequenceDiagram } from "../instances/sequence-diagram.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { curlCommand } from "../parts/curl.ts";
import { Failure } from "../parts/failure.tsx";
import { formatDuration, formatTime } from "../parts/format.ts";
import { PayloadView } from "../parts/payload.tsx";
import { Status } from "../parts/status.tsx";
import { hrefOf } from "../router.ts";
import { RunLines } from "../runs/run-lines.tsx";

const TABS = { gantt: "Timeline", sequence: "Sequence", history: "History", values: "Values", log: "Log" } as const;
type Tab = keyof typeof TABS;

/** One orchestration: what it did, what it was given and gave, and what can be done with it. */
export function InstancePage({ query }: PageProps) {
  const { id = "" } = query;
  const { value: instance, error, reload } = useLoaded<InstanceDetail>("api/instance", { id });
  useOnInstanceChange(
    useCallback((it: string) => it === id, [id]),
    reload,
  );
  if (instance === null) return error === null ? null : <Failure error={error} />;
  const tab: Tab = query["tab"] !== undefined && query["tab"] in TABS ? (query["tab"] as Tab) : "gantt";
  return (
    <>
      <h1>
        {instance.name} <Status of={instance.status} />
      </h1>
      {error !== null && <Failure error={error} />}
      <Facts instance={instance} />
      <InstanceActions instance={instance} onDone={reload} />
      <nav class="tabs" aria-label="Parts of the instance">
        {Object.entries(TABS).map(([name, title]) => (
          <a key={name} href={hrefOf("instance", { id, tab: name })} aria-current={name === tab ? "true" : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <Part tab={tab} instance={instance} />
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
    case "log":
      return <RunLines id={instance.id} />;
  }
}

const ENDED = new Set(["Completed", "Failed", "Terminated", "Canceled"]);

function Facts({ instance }: { instance: InstanceDetail }) {
  const { id, createdAt, updatedAt, status, version, step } = instance;
  const home = useHome();
  // More exact than the times of the row, which have whole seconds.
  const [whole] = toBars(instance);
  return (
    <dl class="facts">
      <dt>ID</dt>
      <dd>
        <span class="mono">{id}</span> <CopyButton text={id} of="the ID" />{" "}
        {home?.kind === "host" && <CopyButton text={curlOf(home.where, id)} label="Copy as curl" of="the request" />}
      </dd>
      <dt>Created</dt>
      <dd>{formatTime(createdAt)}</dd>
      <dt>{ENDED.has(status) ? "Ended" : "Updated"}</dt>
      <dd>
        {formatTime(updatedAt)}
        {whole !== undefined && whole.endMs !== null && `, after ${formatDuration(whole.endMs - whole.startMs)}`}
      </dd>
      {version !== null && (
        <>
          <dt>Version</dt>
          <dd>{version}</dd>
        </>
      )}
      {step !== undefined && (
        <>
          <dt>Run</dt>
          <dd>
            <a href={hrefOf("run", { id })}>
              step {step.index + 1} of {step.total}, {step.name}
            </a>
          </dd>
        </>
      )}
    </dl>
  );
}

function curlOf(where: string, id: string): string {
  const query = "showHistory=true&showHistoryOutput=true";
  const url = `${where}/runtime/webhooks/durabletask/instances/${encodeURIComponent(id)}?${query}`;
  return curlCommand({ method: "GET", url });
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
