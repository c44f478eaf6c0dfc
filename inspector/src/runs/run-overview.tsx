import type { RunDetail } from "../../../local/src/inspector/api.ts";
import { useLive } from "../hooks.ts";
import { formatBytes, formatDuration, formatTime } from "../parts/format.ts";
import { numbers, Table } from "../parts/table.tsx";
import { hrefOf } from "../router.ts";
import { RunLines } from "./run-lines.tsx";
import { readSteps, readSummary, type ShownFailure, type ShownVariable } from "./run-summary.ts";
import { StepTimeline } from "./step-timeline.tsx";

/** The facts of a run, its steps, and its outcome or what it prints. */
export function RunOverview({ run }: { run: RunDetail }) {
  const { instances } = useLive();
  const live = instances?.find(({ id }) => id === run.id);
  const { failure, variables, warnings, python, durationMs } = readSummary(run);
  const steps = readSteps(run, run.state === "running" ? (live?.step?.index ?? 0) : null);
  return (
    <>
      <Facts run={run} durationMs={durationMs} python={python} />
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

type FactsProps = { run: RunDetail } & Pick<ReturnType<typeof readSummary>, "durationMs" | "python">;

function Facts({ run, durationMs, python }: FactsProps) {
  return (
    <dl class="facts">
      <Fact name="Started" value={formatTime(run.startedAt)} />
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
      <Table label="Variables at the end" columns={["Name", "Type", numbers("Size"), "Value"]}>
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
      </Table>
    </>
  );
}
