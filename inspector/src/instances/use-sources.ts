import { useMemo } from "preact/hooks";
import type { HistoryItem, SourceLines } from "../../../local/src/inspector/api.ts";
import { useHome, useLoaded } from "../hooks.ts";

/** Where the app's code scheduled a history item; null if unknown. */
export function useSources(id: string): (item: HistoryItem) => string | null {
  const home = useHome();
  const { value } = useLoaded<SourceLines>(home?.can.sources === true ? "api/sources" : null, { id });
  const sources = useMemo(
    () => new Map((value?.lines ?? []).map(({ at, name, source }) => [`${at} ${name}`, source])),
    [value],
  );
  return ({ type, at, scheduledAt, functionName, name }) =>
    sources.get(`${scheduledAt ?? at} ${functionName ?? name ?? type}`) ?? null;
}
