import type { TraceDetail } from "../../../local/src/inspector/api.ts";
import { useEvery, useLoaded } from "../hooks.ts";
import { Failure } from "../parts/failure.tsx";
import type { PageProps } from "../route.ts";
import { toRows } from "../traces/span-rows.ts";
import { Waterfall } from "../traces/waterfall.tsx";

const REFRESH_MS = 3000;

/** `#/trace?id=TRACE` */
export function TracePage({ query: { id = "" } }: PageProps) {
  const { value, error, reload } = useLoaded<TraceDetail>("api/trace", { id });
  useEvery(REFRESH_MS, reload);
  const [first] = toRows(value?.spans ?? []);
  return (
    <>
      <h1>
        <bdi>{first?.span.name ?? "Trace"}</bdi>
      </h1>
      <p class="quiet mono">{id}</p>
      {error !== null && <Failure error={error} />}
      {value !== null && <Waterfall trace={value} />}
    </>
  );
}
