import { useMemo, useState } from "preact/hooks";
import type { HistoryItem, InstanceDetail, SourceLines } from "../../../local/src/inspector/api.ts";
import { useHome, useLoaded } from "../hooks.ts";
import { formatClock, formatDuration } from "../parts/format.ts";
import { VirtualRows } from "../parts/virtual-rows.tsx";
import { ChosenEvent } from "./chosen-event.tsx";

const ROW_HEIGHT = 30;

/** The history, line by line; the values of the selected line are shown next to it. */
export function HistoryList({ instance: { id, history } }: { instance: InstanceDetail }) {
  const sourceOf = useSources(id);
  const [text, setText] = useState("");
  const [chosenKey, setChosenKey] = useState<string | null>(null);
  const shown = useMemo(() => history.filter((it) => isFound(it, text.toLowerCase())), [history, text]);
  // Found by key, not by position: an activity call moves once its result follows it.
  const chosen = chosenKey === null ? undefined : history.find((it) => keyOf(it) === chosenKey);
  return (
    <>
      <Search text={text} found={`${shown.length} of ${history.length}`} onChange={setText} />
      <div class={chosen === undefined ? "history" : "history split"}>
        <VirtualRows
          label="History"
          count={shown.length}
          rowHeight={ROW_HEIGHT}
          row={(index) => {
            const item = shown[index];
            if (item === undefined) return null;
            const choose = () => setChosenKey(keyOf(item));
            return <Row item={item} source={sourceOf(item)} isChosen={item === chosen} onChoose={choose} />;
          }}
        />
        {chosen !== undefined && (
          <ChosenEvent
            key={chosenKey}
            item={chosen}
            source={sourceOf(chosen)}
            id={id}
            onClose={() => setChosenKey(null)}
          />
        )}
      </div>
    </>
  );
}

function Search({ text, found, onChange }: { text: string; found: string; onChange: (text: string) => void }) {
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Only events with this text in their type or name"
        placeholder="Type or name"
        value={text}
        onInput={(it) => onChange(it.currentTarget.value)}
      />
      <span class="quiet" role="status">
        {found}
      </span>
    </search>
  );
}

/** Where the app's code scheduled a history item; null if unknown. */
function useSources(id: string): (item: HistoryItem) => string | null {
  const home = useHome();
  const { value } = useLoaded<SourceLines>(home?.can.sources === true ? "api/sources" : null, { id });
  const sources = useMemo(
    () => new Map((value?.lines ?? []).map(({ at, name, source }) => [`${at} ${name}`, source])),
    [value],
  );
  return ({ type, at, scheduledAt, functionName, name }) =>
    sources.get(`${scheduledAt ?? at} ${functionName ?? name ?? type}`) ?? null;
}

function keyOf({ type, at, scheduledAt, functionName, name, instanceId }: HistoryItem): string {
  return JSON.stringify([type, at, scheduledAt, functionName, name, instanceId]);
}

function isFound({ type, functionName = "", name = "", reason = "" }: HistoryItem, text: string): boolean {
  return [type, functionName, name, reason].some((it) => it.toLowerCase().includes(text));
}

type RowProps = { item: HistoryItem; source: string | null; isChosen: boolean; onChoose: () => void };

function Row({ item, source, isChosen, onChoose }: RowProps) {
  const { type, at, scheduledAt, functionName, name, reason, status } = item;
  return (
    <button type="button" class="history-row" aria-pressed={isChosen} onClick={onChoose}>
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
