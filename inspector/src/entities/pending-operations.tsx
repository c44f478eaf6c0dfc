import type { EntityDetail } from "../../../local/src/inspector/api.ts";
import { Table } from "../parts/table.tsx";
import { hrefOf } from "../route.ts";

type Pending = NonNullable<EntityDetail["pending"]>;

/** Operations waiting in an entity's queue, for example while it is locked. */
export function PendingOperations({ pending }: { pending: Pending }) {
  return (
    <>
      <h2>Pending operations</h2>
      {pending.length === 0 ? (
        <p class="quiet">None.</p>
      ) : (
        <Table label="Pending operations" columns={["Operation", "Kind", "From"]}>
          {pending.map((it) => (
            <PendingRow {...it} />
          ))}
        </Table>
      )}
    </>
  );
}

function PendingRow({ operation, from, isSignal }: Pending[number]) {
  return (
    <tr>
      <th scope="row">{operation === "" ? "lock" : operation}</th>
      <td>{isSignal ? "signal" : "call"}</td>
      <td>{from === null ? <span class="quiet">a client</span> : <Sender id={from} />}</td>
    </tr>
  );
}

/** The sender may be another entity. */
function Sender({ id }: { id: string }) {
  const [, name, key] = /^@([^@]*)@(.*)$/s.exec(id) ?? [];
  return <a href={name === undefined ? hrefOf("instance", { id }) : hrefOf("entity", { name, key })}>{id}</a>;
}
