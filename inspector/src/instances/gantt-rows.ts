import { useCallback, useMemo, useState } from "preact/hooks";
import type { InstanceDetail } from "../../../local/src/inspector/api.ts";
import { get, RequestError } from "../client.ts";
import { type Bar, toBars } from "./history-bars.ts";

export type GanttRow = {
  bar: Bar;
  depth: number;
  key: string;
  isOpen: boolean;
  /** The instance in whose history it is. */
  parentId: string;
};

/** The bars of an instance, with those of the sub-orchestrations that were opened below theirs. */
export function useGanttRows(instance: InstanceDetail): {
  rows: readonly GanttRow[];
  error: RequestError | null;
  toggle: (childId: string) => void;
} {
  const [children, setChildren] = useState<ReadonlyMap<string, readonly Bar[]>>(new Map());
  const [error, setError] = useState<RequestError | null>(null);
  const toggle = useCallback(
    async (childId: string) => {
      const next = new Map(children);
      if (!next.delete(childId)) {
        try {
          // The child's own bar is already there: it is the one that was opened.
          next.set(childId, toBars(await get<InstanceDetail>("api/instance", { id: childId })).slice(1));
        } catch (problem) {
          return setError(problem instanceof RequestError ? problem : null);
        }
      }
      setError(null);
      setChildren(next);
    },
    [children],
  );
  const rows = useMemo(() => nest(toBars(instance), children, 0, instance.id), [instance, children]);
  return { rows, error, toggle };
}

function nest(
  bars: readonly Bar[],
  children: ReadonlyMap<string, readonly Bar[]>,
  depth: number,
  parentId: string,
): GanttRow[] {
  return bars.flatMap((bar, index) => {
    const opened = bar.childId === null ? undefined : children.get(bar.childId);
    const row = { bar, depth, key: `${parentId} ${index}`, isOpen: opened !== undefined, parentId };
    return opened === undefined ? [row] : [row, ...nest(opened, children, depth + 1, bar.childId ?? "")];
  });
}
