import { useCallback, useMemo, useState } from "preact/hooks";
import type { InstanceDetail } from "../../../local/src/inspector/api.ts";
import { get, RequestError } from "../client.ts";
import { useOnInstanceChange } from "../hooks.ts";
import { type Bar, toBars } from "./history-bars.ts";

export type GanttRow = {
  bar: Bar;
  depth: number;
  key: string;
  isOpen: boolean;
  /** The instance whose history contains it. */
  parentId: string;
};

type Children = ReadonlyMap<string, readonly Bar[]>;

/** The bars of an instance, with those of expanded sub-orchestrations below their parents. */
export function useGanttRows(instance: InstanceDetail): {
  rows: readonly GanttRow[];
  error: RequestError | null;
  toggle: (childId: string) => void;
} {
  const [children, setChildren] = useState<Children>(new Map());
  const [error, setError] = useState<RequestError | null>(null);
  const load = useCallback(async (childId: string) => {
    try {
      const bars = await loadBars(childId);
      setChildren((was) => new Map(was).set(childId, bars));
      setError(null);
    } catch (problem) {
      setError(problem instanceof RequestError ? problem : null);
    }
  }, []);
  const toggle = (childId: string) => (children.has(childId) ? setChildren(without(children, childId)) : load(childId));
  useOnInstanceChange(
    useCallback((id: string) => children.has(id), [children]),
    useCallback(() => [...children.keys()].forEach((id) => void load(id)), [children, load]),
  );
  const rows = useMemo(() => nest(toBars(instance), children, 0, instance.id), [instance, children]);
  return { rows, error, toggle };
}

/** Without the child's own bar, which is the expanded one. */
async function loadBars(childId: string): Promise<readonly Bar[]> {
  return toBars(await get<InstanceDetail>("api/instance", { id: childId })).slice(1);
}

function without(children: Children, childId: string): Children {
  return new Map([...children].filter(([id]) => id !== childId));
}

function nest(bars: readonly Bar[], children: Children, depth: number, parentId: string): GanttRow[] {
  return bars.flatMap((bar, index) => {
    const opened = bar.childId === null ? undefined : children.get(bar.childId);
    const row = { bar, depth, key: `${parentId} ${index}`, isOpen: opened !== undefined, parentId };
    return opened === undefined ? [row] : [row, ...nest(opened, children, depth + 1, bar.childId ?? "")];
  });
}
