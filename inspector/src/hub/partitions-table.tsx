import type { HubState } from "../../../local/src/inspector/api.ts";
import { isStopped } from "../home/attention.ts";
import { formatDuration } from "../parts/format.ts";
import { numbers, Table } from "../parts/table.tsx";
import { QueueCells } from "./queues-table.tsx";

type Partition = HubState["partitions"][number];

/** The control queues, and which host reads each. */
export function PartitionsTable({ partitions, now }: { partitions: readonly Partition[]; now: Date }) {
  return (
    <Table
      label="Partitions"
      columns={["Control queue", numbers("Messages"), numbers("Oldest"), "Owner", numbers("Lease ends in")]}
    >
      {partitions.map((it) => (
        <PartitionRow key={it.name} partition={it} now={now} />
      ))}
    </Table>
  );
}

function PartitionRow({ partition, now }: { partition: Partition; now: Date }) {
  const { name, owner, nextOwner, leaseExpiresAt } = partition;
  return (
    <tr>
      <th scope="row">{name}</th>
      <QueueCells queue={partition} now={now} />
      <td>
        {owner ?? <span class="status failed">no host</span>}
        {nextOwner !== null && nextOwner !== owner && <div class="quiet">next: {nextOwner}</div>}
      </td>
      <td class="number">
        <LeaseEnd partition={partition} now={now} leaseExpiresAt={leaseExpiresAt} />
      </td>
    </tr>
  );
}

function LeaseEnd({
  partition,
  now,
  leaseExpiresAt,
}: {
  partition: Partition;
  now: Date;
  leaseExpiresAt: string | null;
}) {
  if (leaseExpiresAt === null) return <span class="quiet">–</span>;
  if (isStopped(partition, now)) return <span class="status failed">expired</span>;
  return <>{formatDuration(Date.parse(leaseExpiresAt) - now.getTime())}</>;
}
