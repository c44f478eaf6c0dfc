import { useMemo } from "preact/hooks";
import type { EntityList, EntitySummary } from "../../../local/src/inspector/api.ts";
import { findEntities, statePreview } from "../entities/find-entities.ts";
import { SignalDialog } from "../entities/signal-dialog.tsx";
import { useEntityChange } from "../entities/use-entity-change.ts";
import { useHome, useLoaded } from "../hooks.ts";
import { Empty } from "../parts/empty.tsx";
import { Failure } from "../parts/failure.tsx";
import { TextField } from "../parts/fields.tsx";
import { formatTime } from "../parts/format.ts";
import { VirtualRows } from "../parts/virtual-rows.tsx";
import { hrefOf, type PageProps } from "../route.ts";
import { navigate } from "../router.ts";

const ROW_HEIGHT = 52;
// A list of thousands is not reloaded after every call.
const LIST_REST_MS = 5000;

/** `#/entities?q=WORDS`; `form=signal` opens the form for an operation, for the entity `name`. */
export function EntitiesPage({ query }: PageProps) {
  const { q = "", form, name = "" } = query;
  const home = useHome();
  const { value, error, reload } = useLoaded<EntityList>("api/entities");
  useEntityChange(null, LIST_REST_MS, reload);
  const found = useMemo(() => findEntities(value?.entities ?? [], q), [value, q]);
  return (
    <>
      <h1>Entities</h1>
      <div class="toolbar">
        <TextField
          label="Filter by name, key or state"
          value={q}
          onChange={(it) => navigate(hrefOf("entities", { q: it }), { replace: true })}
        />
        <button type="button" onClick={reload}>
          Reload
        </button>
        {home?.can.actions && (
          <a class="button" href={hrefOf("entities", { q, form: "signal" })}>
            Signal an entity
          </a>
        )}
      </div>
      {error !== null && <Failure error={error} />}
      {value !== null && <Found entities={found} list={value} />}
      {form === "signal" && (
        <SignalDialog name={name} onClose={() => navigate(hrefOf("entities", { q }), { replace: true })} />
      )}
    </>
  );
}

function Found({ entities, list }: { entities: readonly EntitySummary[]; list: EntityList }) {
  if (list.entities.length === 0) {
    return <Empty title="No entities">An entity exists from its first operation on.</Empty>;
  }
  if (entities.length === 0) return <Empty title="No entity matches the filter" />;
  return (
    <>
      <p class="quiet" role="status">
        {entities.length} of {list.entities.length}
        {list.hasMore ? ", and there are more than are listed" : ""}
      </p>
      <VirtualRows
        count={entities.length}
        rowHeight={ROW_HEIGHT}
        label="Entities"
        row={(index) => <EntityRow entity={entities[index]} />}
      />
    </>
  );
}

function EntityRow({ entity }: { entity: EntitySummary | undefined }) {
  if (entity === undefined) return null;
  const { name, key, state, lastOperationAt } = entity;
  return (
    <div class="entity">
      <a href={hrefOf("entity", { name, key })}>
        {name} <span class="mono">{key}</span>
      </a>
      <code class="clipped">{statePreview(state)}</code>
      <time class="quiet" dateTime={lastOperationAt}>
        {formatTime(lastOperationAt)}
      </time>
    </div>
  );
}
