import { createContext } from "preact";
import { useCallback, useContext, useEffect, useState } from "preact/hooks";
import type { Home } from "../../local/src/inspector/api.ts";
import { get, type Query, RequestError } from "./client.ts";
import { Live, type LiveState } from "./live.ts";

export const LiveContext = createContext(new Live());
export const HomeContext = createContext<Home | null>(null);

/** What the server reports about itself; null until it has answered. */
export const useHome = (): Home | null => useContext(HomeContext);

/** The live state of the page; rerenders when it changes. */
export function useLive(): LiveState {
  const live = useContext(LiveContext);
  const [state, setState] = useState(live.state);
  useEffect(() => {
    // The state may have changed since the component was rendered.
    setState(live.state);
    return live.subscribe(() => setState(live.state));
  }, [live]);
  return state;
}

type Loaded<Value> = {
  value: Value | null;
  error: RequestError | null;
  reload: () => void;
};

/**
 * The response to a `GET`, loaded again when the path or the query changes.
 *
 * @param path - null: nothing is requested.
 */
export function useLoaded<Value>(path: string | null, query: Query = {}): Loaded<Value> {
  const [state, setState] = useState<{ key: string; value: Value | null; error: RequestError | null }>();
  const [count, setCount] = useState(0);
  const key = JSON.stringify([path, query]);
  // The key contains path and query; incrementing the count reloads.
  useEffect(() => {
    if (path === null) return;
    const gone = new AbortController();
    get<Value>(path, query, gone.signal).then(
      (value) => setState({ key, value, error: null }),
      (error: unknown) => gone.signal.aborted || setState((was) => failed(was, key, error)),
    );
    return () => gone.abort();
  }, [key, count]);
  const reload = useCallback(() => setCount((it) => it + 1), []);
  const isCurrent = state?.key === key;
  return { value: isCurrent ? state.value : null, error: isCurrent ? state.error : null, reload };
}

/** Keeps the last value: it is stale, and the error says so. */
function failed<Value>(was: { key: string; value: Value | null } | undefined, key: string, error: unknown) {
  const problem = error instanceof RequestError ? error : new RequestError(0, { error: String(error) });
  return { key, value: was?.key === key ? was.value : null, error: problem };
}

/** Calls `work` shortly after a change of an instance that `isMeant` accepts, at most about once a second. */
export function useOnInstanceChange(isMeant: (id: string) => boolean, work: () => void): void {
  const live = useContext(LiveContext);
  useEffect(() => {
    let timer: number | undefined;
    const stop = live.onChange((ids) => {
      if (timer !== undefined || ![...ids].some(isMeant)) return;
      timer = setTimeout(() => {
        timer = undefined;
        work();
      }, 800);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [live, isMeant, work]);
}

/** Calls `work` every `intervalMs` while the page is visible, and immediately when it becomes visible again. */
export function useEvery(intervalMs: number | null, work: () => void): void {
  useEffect(() => {
    if (intervalMs === null) return;
    let timer: number | undefined;
    const onVisibility = () => {
      clearInterval(timer);
      if (document.hidden) return;
      timer = setInterval(work, intervalMs);
    };
    const onShown = () => {
      if (!document.hidden) work();
      onVisibility();
    };
    onVisibility();
    document.addEventListener("visibilitychange", onShown);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onShown);
    };
  }, [intervalMs, work]);
}

/** The current time, updated every `intervalMs`. */
export function useNow(intervalMs: number): Date {
  const [now, setNow] = useState(() => new Date());
  useEvery(
    intervalMs,
    useCallback(() => setNow(new Date()), []),
  );
  return now;
}
