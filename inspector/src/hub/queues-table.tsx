import type { QueueState } from "../../../local/src/inspector/api.ts";
import { formatDuration } from "../parts/format.ts";
import { numbers, Table } from "../parts/table.tsx";

/** Depth and oldest message of the queues that belong to no partition. */
export function QueuesTable({ queues, now, label }: { queues: readonly QueueState[]; now: Date; label: string }) {
  return (
    <Table label={label} columns={["Queue", numbers("Messages"), numbers("Oldest")]}>
      {queues.map((it) => (
        <tr key={it.name}>
          <th scope="row">{it.name}</th>
          <QueueCells queue={it} now={now} />
        </tr>
      ))}
    </Table>
  );
}

export function QueueCells({ queue: { messages, oldestAt }, now }: { queue: QueueState; now: Date }) {
  return (
    <>
      <td class="number">{messages ?? <span class="quiet">no queue</span>}</td>
      <td class="number">{oldestAt === null ? <span class="quiet">–</span> : ageOf(oldestAt, now)}</td>
    </>
  );
}

function ageOf(time: string, now: Date): string {
  return formatDuration(now.getTime() - Date.parse(time));
}
