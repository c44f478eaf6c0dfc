import type { StoredSpan, StoredTrace, TraceFiles } from "../telemetry/trace-files.ts";
import type { TraceDetail, TraceList, TraceSpan, TraceSummary } from "./api.ts";
import { type Handlers, present } from "./handler.ts";
import { jsonAnswer, RequestProblem } from "./problem.ts";
import { required } from "./requests.ts";

const MAX_TRACES = 200;
/** An orchestration that never ends may have more spans than a page can draw. */
const MAX_SPANS = 5_000;

export function traceHandlers(given: Pick<TraceFiles, "list" | "find"> | undefined): Handlers {
  const traces = () => present(given, "trace");
  return {
    "GET api/traces": async () => jsonAnswer(toList(await traces().list())),
    "GET api/trace": async (request) => {
      const { searchParams } = request.url;
      const instanceId = searchParams.get("instance");
      const query = instanceId === null ? { traceId: required(request, "id") } : { instanceId };
      const spans = await traces().find(query);
      if (spans.length === 0 && "traceId" in query)
        throw new RequestProblem(404, "There are no spans of such a trace.");
      return jsonAnswer(toDetail(spans));
    },
  };
}

function toList(traces: readonly StoredTrace[]): TraceList {
  return { traces: traces.slice(0, MAX_TRACES).map(toSummary), omitted: Math.max(0, traces.length - MAX_TRACES) };
}

const toSummary = ({ traceId: id, name, startMs, endMs, spanCount, isFailed }: StoredTrace): TraceSummary => ({
  id,
  name,
  startedAt: new Date(startMs).toISOString(),
  durationMs: endMs - startMs,
  spans: spanCount,
  isFailed,
});

function toDetail(spans: readonly StoredSpan[]): TraceDetail {
  const shown: TraceSpan[] = spans.slice(0, MAX_SPANS);
  return { spans: shown, omitted: spans.length - shown.length };
}
