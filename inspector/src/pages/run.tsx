import { useCallback } from "preact/hooks";
import type { RunDetail } from "../../../local/src/inspector/api.ts";
import { urlOf } from "../client.ts";
import { useLive, useLoaded, useOnInstanceChange } from "../hooks.ts";
import { Empty } from "../parts/empty.tsx";
import { Failure } from "../parts/failure.tsx";
import { formatBytes, formatDuration, formatTime } from "../parts/format.ts";
import { Status } from "../parts/status.tsx";
import type { PageProps } from "../route.ts";
import { hrefOf } from "../router.ts";
import { RunActions } from "../runs/run-actions.tsx";
import { RunComparison } from "../runs/run-comparison.tsx";
import { RunLines } from "../runs/run-lines.tsx";
import { readSteps, readSummary, type ShownFailure, type ShownVariable } from "../runs/run-summary.ts";
import { StepTimeline } from "../runs/step-timeline.tsx";

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
      {tab === "overview" && <Overview run={run} />}
      {tab === "report" && <Report run={run} />}
      {tab === "files" && <Files run={run} />}
      {tab === "compare" && <RunComparison run={run} otherId={query["with"] ?? ""} />}
    </>
  );
}

function Overview({ run }: { run: RunDetail }) {
  const { instances } = useLive();
  const live = instances?.find(({ id }) => id === run.id);
  const { failure, variables, warnings, python, durationMs } = readSummary(run);
  const steps = readSteps(run, run.state === "running" ? (live?.step?.index ?? 0) : null);
  return (
    <>
      <dl class="facts">
        <dt>Started</dt>
        <dd>{formatTime(run.startedAt)}</dd>
        {durationMs !== null && <Fact name="Duration" value={formatDuration(durationMs)} />}
        <Fact name="Notebook" value={run.location} />
        {python !== null && <Fact name="Python" value={python} />}
        {Object.entries(run.parameters).map(([name, value]) => (
          <Fact key={name} name={name} value={JSON.stringify(value)} />
        ))}
        <dt>ID</dt>
        <dd>
          <a href={hrefOf("instance", { id: run.id })}>{run.id}</a>
        </dd>
        {run.continues !== null && (
          <>
            <dt>Continues</dt>
            <dd>
              <a href={hrefOf("run", { id: run.continues.id })}>{run.continues.id}</a>, {run.continues.steps} steps kept
            </dd>
          </>
        )}
      </dl>
      {failure !== null && <FailureOf failure={failure} />}
      {warnings.map((text) => (
        <p key={text} class="warning">
          {text}
        </p>
      ))}
      <h2>Steps</h2>
      <StepTimeline steps={steps} />
      {run.state === "running" && (
        <>
          <h2>Printed</h2>
          <RunLines id={run.id} />
        </>
      )}
      {variables.length > 0 && <Variables variables={variables} />}
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function FailureOf({ failure: { message, step, cell, traceback } }: { failure: ShownFailure }) {
  return (
    <section class="card failed" aria-labelledby="failure">
      <h2 id="failure">
        {step === null ? "The run failed" : `${step} failed`}
        {cell !== null && ` in cell ${cell}`}
      </h2>
      <p>{message}</p>
      {traceback !== null && <pre>{traceback}</pre>}
    </section>
  );
}

function Variables({ variables }: { variables: readonly ShownVariable[] }) {
  return (
    <>
      <h2>Variables at the end</h2>
      <div class="table">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Type</th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {variables.map(({ name, type, sizeBytes, text }) => (
              <tr key={name}>
                <th scope="row" class="mono">
                  {name}
                </th>
                <td>{type}</td>
                <td class="number">{sizeBytes === null ? "" : formatBytes(sizeBytes)}</td>
                <td class="mono">{text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
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
    <div class="table">
      <table>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" class="number">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </div>
  );
}

function fileUrl(id: string, path: string): string {
  return urlOf("api/run/file", { id, path });
}
