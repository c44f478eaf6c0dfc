import type { HubState } from "../../../local/src/inspector/api.ts";
import { useEvery, useHome, useLoaded, useNow } from "../hooks.ts";
import { PartitionsTable } from "../hub/partitions-table.tsx";
import { QueuesTable } from "../hub/queues-table.tsx";
import { Throughput } from "../hub/throughput.tsx";
import { Empty } from "../parts/empty.tsx";
import { Facts } from "../parts/facts.tsx";
import { Failure } from "../parts/failure.tsx";
import type { PageProps } from "../route.ts";

const REFRESH_MS = 3000;

export function HubPage(_: PageProps) {
  const home = useHome();
  const canSee = home?.can.hub === true;
  const { value, error, reload } = useLoaded<HubState>(canSee ? "api/hub" : null);
  useEvery(canSee ? REFRESH_MS : null, reload);
  return (
    <>
      <h1>Task hub</h1>
      {!canSee && <Empty title="The queues of this task hub cannot be seen from here" />}
      {error !== null && <Failure error={error} />}
      {value !== null && <Hub hub={value} />}
      {home?.can.events && <Throughput />}
    </>
  );
}

function Hub({ hub: { hubName, storage, partitions, workItems, poison } }: { hub: HubState }) {
  const now = useNow(1000);
  return (
    <>
      <Facts
        facts={[
          ["Name", hubName],
          ["Storage", storage],
        ]}
      />
      <h2>Partitions</h2>
      <PartitionsTable partitions={partitions} now={now} />
      <h2>Work items</h2>
      <QueuesTable label="Work items" queues={[workItems]} now={now} />
      <h2>Poison queues</h2>
      {poison.length === 0 ? (
        <p class="quiet">None: no function failed a message again and again.</p>
      ) : (
        <QueuesTable label="Poison queues" queues={poison} now={now} />
      )}
    </>
  );
}
