import { useCallback } from "preact/hooks";
import type { RunDetail } from "../../../local/src/inspector/api.ts";
import { urlOf } from "../client.ts";
import { useLoaded, useOnInstanceChange } from "../hooks.ts";
import { Empty } from "../parts/empty.tsx";
import { Failure } from "../parts/failure.tsx";
import { formatBytes } from "../parts/format.ts";
import { Status } from "../parts/status.tsx";
import { numbers, Table } from "../parts/table.tsx";
import type { PageProps } from "../route.ts";
import { hrefOf } from "../router.ts";
import { RunActions } from "../runs/run-actions.tsx";
import { RunComparison } from "../runs/run-comparison.tsx";
import { RunOverview } from "../runs/run-overview.tsx";

const TABS = { overview: "Overview", report: "Outputs", files: "Files", compare: "Compare" } as const;
type Tab = keyof typeof TABS;

/** One run of a notebook: its steps, what it printed and produced, and its outcome. */
export function RunPage({ query }: PageProps) {
  const { id = "" } = query;
  const { value: run, error, reload } = useLoaded<RunDetail>("api/run", { id });
  useOnInstanceChange(
    useCallback((it: string) => it === id, [id]),
    reload,
  );
  if (run === null) return error === null ? null : <Failure error={error} />;
  const tab: Tab = query["tab"] !== undefined && query["tab"] in TABS ? (query["tab"] as Tab) : "overview";
  return (
    <>
      <h1>
        {run.notebook} <Status of={run.state} />
      </h1>
      {error !== null && <Failure error={error} />}
      <RunActions run={run} onDone={reload} />
      <nav class="tabs" aria-label="Parts of the run">
        {Object.entries(TABS).map(([name, title]) => (
          <a key={name} href={hrefOf("run", { id, tab: name })} aria-current={name === tab ? "true" : undefined}>
            {title}
          </a>
        ))}
      </nav>
      {tab === "overview" && <RunOverview run={run} />}
      {tab === "report" && <Report run={run} />}
      {tab === "files" && <Files run={run} />}
      {tab === "compare" && <RunComparison run={run} otherId={query["with"] ?? ""} />}
    </>
  );
}

/** A notebook's output is arbitrary HTML: its scripts run in a sandbox that has no origin and can reach none. */
function Report({ run: { id, report, state } }: { run: RunDetail }) {
  if (report === null) {
    return <Empty title="There is no report.">{state === "running" ? "It is written when the run ends." : null}</Empty>;
  }
  return (
    <>
      <p>
        <a href={fileUrl(id, report)} target="_blank" rel="noreferrer">
          Open it on a page of its own
        </a>
      </p>
      <iframe class="report" sandbox="allow-scripts" src={fileUrl(id, report)} title="Outputs of the notebook" />
    </>
  );
}

function Files({ run: { id, files } }: { run: RunDetail }) {
  if (files.length === 0) return <Empty title="The run has no files." />;
  return (
    <Table label="Files" columns={["File", numbers("Size")]}>
      {files.map(({ path, bytes }) => (
        <tr key={path}>
          <th scope="row">
            <a href={fileUrl(id, path)} target="_blank" rel="noreferrer">
              {path}
            </a>
          </th>
          <td class="number">{formatBytes(bytes)}</td>
        </tr>
      ))}
    </Table>
  );
}

function fileUrl(id: string, path: string): string {
  return urlOf("api/run/file", { id, path });
}
