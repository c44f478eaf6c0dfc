import { useCallback } from "preact/hooks";
import type { TraceDetail } from "../../../local/src/inspector/api.ts";
import { useEvery, useLoaded, useOnInstanceChange } from "../hooks.ts";
import { Empty } from "../parts/empty.tsx";
import { Failure } from "../parts/failure.tsx";
import { Waterfall } from "../traces/waterfall.tsx";

// A span is stored when it ends, which no event announces.
const REFRESH_MS = 3000;

/** All traces that include an instance. */
export function InstanceTrace({ id }: { id: string }) {
  const { value, error, reload } = useLoaded<TraceDetail>("api/trace", { instance: id });
  useOnInstanceChange(
    useCallback((it: string) => it === id, [id]),
    reload,
  );
  useEvery(REFRESH_MS, reload);
  return (
    <>
      {error !== null && <Failure error={error} />}
      {value?.spans.length === 0 && (
        <Empty title="No spans of this instance">
          A span is written when it has ended. Those of older instances may have been removed.
        </Empty>
      )}
      {value !== null && value.spans.length > 0 && <Waterfall trace={value} />}
    </>
  );
}
