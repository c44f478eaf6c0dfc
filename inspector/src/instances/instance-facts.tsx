import type { InstanceDetail, Payload } from "../../../local/src/inspector/api.ts";
import { useHome } from "../hooks.ts";
import { CopyButton } from "../parts/copy.tsx";
import { curlCommand } from "../parts/curl.ts";
import { Facts } from "../parts/facts.tsx";
import { formatDuration, formatTime } from "../parts/format.ts";
import { hrefOf } from "../router.ts";
import { hasEnded } from "./ended.ts";
import { wholeBar } from "./history-bars.ts";

/**
 * Identity, times and parent of an instance. @param parent - The instance from which the page was opened; empty: none.
 */
export function InstanceFacts({ instance, parent }: { instance: InstanceDetail; parent: string }) {
  const { id, createdAt, updatedAt, version, step, customStatus } = instance;
  return (
    <Facts
      facts={[
        ["ID", <Id id={id} />],
        ["Created", formatTime(createdAt)],
        [hasEnded(instance) ? "Ended" : "Updated", `${formatTime(updatedAt)}${lengthText(instance)}`],
        ["Custom status", customStatusText(customStatus)],
        ["Version", version],
        ["Called by", parent === "" ? null : <a href={hrefOf("instance", { id: parent })}>{parent}</a>],
        ["Run", step === undefined ? null : <RunLink id={id} step={step} />],
      ]}
    />
  );
}

function Id({ id }: { id: string }) {
  const home = useHome();
  return (
    <>
      <bdi class="mono">{id}</bdi> <CopyButton text={id} of="the ID" />{" "}
      {home?.kind === "host" && <CopyButton text={curlOf(home.where, id)} label="Copy as curl" of="the request" />}
    </>
  );
}

function RunLink({ id, step }: { id: string; step: NonNullable<InstanceDetail["step"]> }) {
  return (
    <a href={hrefOf("run", { id })}>
      step {step.index + 1} of {step.total}, {step.name}
    </a>
  );
}

/** null if there is none. Shortened to fit; the full status is among the values. */
function customStatusText(value: Payload): string | null {
  if ("preview" in value) return `${value.preview}…`;
  return value.json === null ? null : JSON.stringify(value.json);
}

/** More exact than the times of the row, which are in whole seconds. */
function lengthText(instance: InstanceDetail): string {
  const { startMs, endMs } = wholeBar(instance);
  return endMs === null ? "" : `, after ${formatDuration(endMs - startMs)}`;
}

function curlOf(where: string, id: string): string {
  const query = "showInput=true&showHistory=true&showHistoryOutput=true";
  const url = `${where}/runtime/webhooks/durabletask/instances/${encodeURIComponent(id)}?${query}`;
  return curlCommand({ method: "GET", url });
}
