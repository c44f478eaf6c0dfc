import type { TraceSpan } from "../../../local/src/inspector/api.ts";
import { Facts } from "../parts/facts.tsx";
import { formatClock, formatDuration } from "../parts/format.ts";
import { hrefOf } from "../router.ts";

const INSTANCE = "durabletask.task.instance_id";

/** Everything that one span contains. */
export function ChosenSpan({ span, onClose }: { span: TraceSpan; onClose: () => void }) {
  const { name, kind, startMs, endMs, problem, traceId, id, parentId, attributes } = span;
  const { [INSTANCE]: instanceId, ...others } = attributes;
  return (
    <section class="card" aria-label="The chosen span">
      <div class="actions">
        <h2>
          <bdi>{name}</bdi>
        </h2>
        <button type="button" class="small" onClick={onClose}>
          Close
        </button>
      </div>
      {problem !== null && <p class="failure">{problem === "" ? "It failed." : problem}</p>}
      <Facts
        facts={[
          ["Kind", kind],
          ["Begin", formatClock(new Date(startMs).toISOString())],
          ["Duration", formatDuration(endMs - startMs)],
          ["Instance", instanceId === undefined ? null : <InstanceLink id={String(instanceId)} />],
          ["Trace", <code key="trace">{traceId}</code>],
          ["Span", <code key="span">{id}</code>],
          ["Parent", parentId === null ? null : <code>{parentId}</code>],
          ...Object.entries(others).map(([key, value]) => [key, String(value)] as const),
        ]}
      />
    </section>
  );
}

/** Entities have their own page. */
function InstanceLink({ id }: { id: string }) {
  const [, name, key = ""] = /^@([^@]*)@(.*)$/s.exec(id) ?? [];
  return <a href={name === undefined ? hrefOf("instance", { id }) : hrefOf("entity", { name, key })}>{id}</a>;
}
