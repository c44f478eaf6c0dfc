import { useMemo, useState } from "preact/hooks";
import type { HistoryItem, InstanceDetail, SourceLines } from "../../../local/src/inspector/api.ts";
import { useHome, useLoaded } from "../hooks.ts";
import { formatClock, formatDuration } from "../parts/format.ts";
import { PayloadView } from "../parts/payload.tsx";
import { VirtualRows } from "../parts/virtual-rows.tsx";
import { hrefOf } from "../router.ts";

const ROW_HEIGHT = 30;

/** The history, line by line; the values of one line are shown below when it is chosen. */
export function HistoryList({ instance: { id, history } }: { instance: InstanceDetail }) {
  const sources = useSources(id);
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<HistoryItem | null>(null);
  const shown = useMemo(() => history.filter((it) => isFound(it, text.toLowerCase())), [history, text]);
  return (
    <>
      <search class="filters">
        <input
          type="search"
          aria-label="Only events with this text in their type or name"
          placeholder="Type or name"
          value={text}
          onInput={(it) => setText(it.currentTarget.value)}
        />
        <span class="quiet" role="status">
          {shown.length} of {history.length}
        </span>
      </search>
      <VirtualRows
        label="History"
        count={shown.length}
        rowHeight={ROW_HEIGHT}
        row={(index) => {
          const item = shown[index];
          return item === undefined ? null : (
            <Row item={item} source={sourceOf(item, sources)} isChosen={item === chosen} onChoose={setChosen} />
          );
        }}
      />
      {chosen !== null && <Chosen item={chosen} source={sourceOf(chosen, sources)} id={id} />}
    </>
  );
}

/** Where the app's code asked for things, by when and what; empty where nobody knows. */
function useSources(id: string): ReadonlyMap<string, string> {
  const home = useHome();
  const { value } = useLoaded<SourceLines>(home?.can.sources === true ? "api/sources" : null, { id });
  return useMemo(() => new Map((value?.lines ?? []).map(({ at, name, source }) => [`${at} ${name}`, source])), [value]);
}

function sourceOf(
  { type, at, scheduledAt, functionName, name }: HistoryItem,
  sources: ReadonlyMap<string, string>,
): string | null {
  return sources.get(`${scheduledAt ?? at} ${functionName ?? name ?? type}`) ?? null;
}

function isFound({ type, functionName = "", name = "", reason = "" }: HistoryItem, text: string): boolean {
  return [type, functionName, name, reason].some((it) => it.toLowerCase().includes(text));
}

type RowProps = { item: HistoryItem; source: string | null; isChosen: boolean; onChoose: (item: HistoryItem) => void };

function Row({ item, source, isChosen, onChoose }: RowProps) {
  const { type, at, scheduledAt, functionName, name, reason, status } = item;
  return (
    <button type="button" class="history-row" aria-pressed={isChosen} onClick={() => onChoose(item)}>
      <span class="mono">{formatClock(at)}</span>
      <span>{type}</span>
      <span>{functionName ?? name ?? status ?? ""}</span>
      <span class="number">
        {scheduledAt === undefined ? "" : formatDuration(Date.parse(at) - Date.parse(scheduledAt))}
      </span>
      <span class={reason === undefined ? "mono quiet" : "failure"}>{reason ?? source ?? ""}</span>
    </button>
  );
}

function Chosen({ item, source, id }: { item: HistoryItem; source: string | null; id: string }) {
  const { type, functionName, name, input, result, details, reason, instanceId, fireAt } = item;
  return (
    <section class="card" aria-label="The chosen event">
      <h2>
        {type} {functionName ?? name ?? ""}
      </h2>
      {reason !== undefined && <p class="failure">{reason}</p>}
      {source !== null && (
        <p>
          Asked for at <code>{source}</code>
        </p>
      )}
      {fireAt !== undefined && <p>Due {formatClock(fireAt)}</p>}
      {instanceId !== undefined && (
        <p>
          Instance <a href={hrefOf("instance", { id: instanceId })}>{instanceId}</a>
        </p>
      )}
      {input !== undefined && <PayloadView of={input} label="Input" id={id} />}
      {result !== undefined && <PayloadView of={result} label="Result" id={id} />}
      {details !== undefined && <PayloadView of={details} label="Details" id={id} />}
    </section>
  );
}
