import { useContext, useEffect } from "preact/hooks";
import { LiveContext } from "../hooks.ts";
import { hasEntityCall } from "./entity-calls.ts";

/** An entity's state is saved after its function has ended. */
const DELAY_MS = 500;

/**
 * Calls `work` shortly after a call of an entity has ended.
 *
 * @param instanceId - Null: of any entity.
 * @param restMs - Minimum time between two calls of `work`, however many entity calls end.
 */
export function useEntityChange(instanceId: string | null, restMs: number, work: () => void): void {
  const live = useContext(LiveContext);
  useEffect(() => {
    let timer: number | undefined;
    let restsUntil = 0;
    let seen = live.state.events.at(-1);
    const stop = live.subscribe(() => {
      if (timer !== undefined || !hasEntityCall(live.state.events, { instanceId, after: seen })) return;
      const now = performance.now();
      timer = setTimeout(
        () => {
          timer = undefined;
          restsUntil = performance.now() + restMs;
          seen = live.state.events.at(-1);
          work();
        },
        Math.max(DELAY_MS, restsUntil - now),
      );
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [live, instanceId, restMs, work]);
}
