import type { EntityDetail, Payload } from "../../../local/src/inspector/api.ts";
import { entityInstanceId } from "../entities/entity-calls.ts";
import { PendingOperations } from "../entities/pending-operations.tsx";
import { SignalForm } from "../entities/signal-form.tsx";
import { useEntityChange } from "../entities/use-entity-change.ts";
import { useEvery, useHome, useLoaded } from "../hooks.ts";
import { CopyButton } from "../parts/copy.tsx";
import { Empty } from "../parts/empty.tsx";
import { Facts } from "../parts/facts.tsx";
import { Failure } from "../parts/failure.tsx";
import { formatTime } from "../parts/format.ts";
import { JsonTree } from "../parts/json-tree.tsx";
import { Output } from "../parts/output.tsx";
import { hrefOf, type PageProps } from "../route.ts";

const REST_MS = 500;
const REFRESH_MS = 2000;

/**
 * `#/entity?name=NAME&key=KEY`; also for an entity that does not exist yet, so that its first operation can be sent.
 */
export function EntityPage({ query: { name = "", key = "" } }: PageProps) {
  const home = useHome();
  const { value, error, reload } = useLoaded<EntityDetail>("api/entity", { name, key });
  useEntityChange(entityInstanceId(name, key), REST_MS, reload);
  // Operations waiting for a locked entity cause no call and therefore no event; a deployed app has no events at all.
  const isSilent = home?.can.events !== true || (value !== null && value.lockedBy !== null);
  useEvery(isSilent ? REFRESH_MS : null, reload);
  const isMissing = error?.status === 404;
  return (
    <>
      <h1>
        {name} <span class="mono">{key}</span>
      </h1>
      {error !== null && !isMissing && <Failure error={error} />}
      {isMissing && <Empty title="There is no such entity">It exists from its first operation on.</Empty>}
      {value !== null && !isMissing && <Detail entity={value} />}
      {home?.can.actions && (
        <section class="card send">
          <h2>Send an operation</h2>
          <SignalForm name={name} entityKey={key} onSent={reload} />
        </section>
      )}
    </>
  );
}

function Detail({ entity: { state, lockedBy, pending, lastOperationAt } }: { entity: EntityDetail }) {
  return (
    <>
      <Facts
        facts={[
          ["Last operation", formatTime(lastOperationAt)],
          ["Locked by", lockedBy === null ? null : <a href={hrefOf("instance", { id: lockedBy })}>{lockedBy}</a>],
        ]}
      />
      <h2>State</h2>
      <State of={state} />
      {pending !== null && <PendingOperations pending={pending} />}
    </>
  );
}

function State({ of }: { of: Payload }) {
  if (!("json" in of)) return <Output text={`${of.preview} …`} label="State" />;
  return (
    <div class="card json mono">
      <CopyButton text={() => JSON.stringify(of.json, null, 2)} of="the state" />
      <JsonTree value={of.json} />
    </div>
  );
}
