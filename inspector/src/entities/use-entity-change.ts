import { useContext, useEffect, useRef } from "preact/hooks";
import type { StreamEvent } from "../../../local/src/inspector/api.ts";
import { LiveContext } from "../hooks.ts";
import { hasEntityCall } from "./entity-calls.ts";

/** Its state is saved after its function has ended. */
const DELAY_MS = 500;

/** Calls `work` soon after a call of an entity ended, at most about twice a second. */
export function useEntityChange(work: () => void): void {
  const live = useContext(LiveContext);
  const seen = useRef<StreamEvent | undefined>(undefined);
  useEffect(() => {
    let timer: number | undefined;
    seen.current = live.state.events.at(-1);
    const stop = live.subscribe(() => {
      if (timer !== undefined || !hasEntityCall(live.state.events, seen.current)) return;
      timer = setTimeout(() => {
        timer = undefined;
        seen.current = live.state.events.at(-1);
        work();
      }, DELAY_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [live, work]);
}
