import type { HistoryItem } from "../../../local/src/inspector/api.ts";
import { Facts } from "../parts/facts.tsx";
import { formatClock } from "../parts/format.ts";
import { PayloadView } from "../parts/payload.tsx";
import { hrefOf } from "../router.ts";

type ChosenProps = {
  item: HistoryItem;
  /** Where the app's code scheduled it; null: unknown. */
  source: string | null;
  /** The instance whose history contains it. */
  id: string;
  onClose: () => void;
};

/** Everything that one event of a history contains. */
export function ChosenEvent({ item, source, id, onClose }: ChosenProps) {
  const { type, at, scheduledAt, functionName, name, input, result, details, reason, instanceId, fireAt } = item;
  return (
    <section class="card" aria-label="The chosen event">
      <div class="actions">
        <h2>
          {type} <bdi>{functionName ?? name ?? ""}</bdi>
        </h2>
        <button type="button" class="small" onClick={onClose}>
          Close
        </button>
      </div>
      {reason !== undefined && <p class="failure">{reason}</p>}
      <Facts
        facts={[
          ["Scheduled", scheduledAt === undefined ? null : formatClock(scheduledAt)],
          ["At", formatClock(at)],
          ["Due", fireAt === undefined ? null : formatClock(fireAt)],
          ["Asked for at", source === null ? null : <code>{source}</code>],
          ["Instance", instanceId === undefined ? null : <InstanceLink id={instanceId} parent={id} />],
        ]}
      />
      {input !== undefined && <PayloadView of={input} label="Input" id={id} />}
      {result !== undefined && <PayloadView of={result} label="Result" id={id} />}
      {details !== undefined && <PayloadView of={details} label="Details" id={id} />}
    </section>
  );
}

/** Entities have their own page. */
function InstanceLink({ id, parent }: { id: string; parent: string }) {
  const [, name, key = ""] = /^@([^@]*)@(.*)$/s.exec(id) ?? [];
  const href = name === undefined ? hrefOf("instance", { id, parent }) : hrefOf("entity", { name, key });
  return <a href={href}>{id}</a>;
}
