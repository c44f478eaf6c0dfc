import { afterAll, beforeAll, expect, test } from "vitest";
import { type LocalHost, startLocal } from "../../../local/src/index.ts";
import { dirsOfFile } from "../../helpers/dirs-of-file.ts";
import { durableApp } from "../../helpers/durable-app.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "../../helpers/otlp-receiver.ts";

const tempDir = dirsOfFile();
const CALLER = "b7ad6b7169203331";
const newTrace = () => crypto.randomUUID().replaceAll("-", "");

let receiver: OtlpReceiver;
let host: LocalHost;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  host = await startLocal({
    port: 0,
    appDir: fixtureApp("traced"),
    stateDir: tempDir(),
    storage: { kind: "memory" },
    appSettings: receiver.settings,
  });
});
afterAll(async () => {
  await host?.stop();
  await receiver?.stop();
});

const { become, api } = durableApp(() => host);

/** Starts an orchestration through the app, by a traced caller. */
async function start(name: string) {
  const traceId = newTrace();
  const headers = { traceparent: `00-${traceId}-${CALLER}-01`, tracestate: "vendor=a" };
  const response = await fetch(`${host.url}/api/start/${name}`, { method: "POST", headers });
  return { traceId, ...((await response.json()) as { id: string }) };
}

/** Waits for the span of the orchestration `name` that the client started. */
const traceOf = (traceId: string, name: string, count = 1) =>
  receiver.trace(traceId, (spans) => spans.filter((it) => isOrchestration(it, name)).length === count);

const isOrchestration = ({ name, kind }: ReceivedSpan, wanted: string) =>
  name === `orchestration:${wanted}` && kind === "server";

/** Each span with its kind, below its parent, in order of start. */
function treeOf(spans: readonly ReceivedSpan[], parentSpanId: string, depth = 0): string[] {
  return spans
    .filter((span) => span.parentSpanId === parentSpanId)
    .sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)))
    .flatMap((span) => [
      `${"  ".repeat(depth)}${span.name} ${span.kind}${span.status.code === 2 ? " failed" : ""}`,
      ...treeOf(spans, span.spanId, depth + 1),
    ]);
}

test("a single trace leads from the request to the activities of a child, each span below its cause", async () => {
  const { traceId, id } = await start("trip");
  const { output } = await become(id, "Completed");
  const spans = await traceOf(traceId, "trip");
  expect(treeOf(spans, CALLER)).toEqual([
    "POST /api/start/{name}/{id?} server",
    "  start internal",
    "    create_orchestration:trip producer",
    "      orchestration:trip server",
    "        activity:greet client",
    "          activity:greet server",
    "        activity:greet client",
    "          activity:greet server",
    "        orchestration:stop client",
    "          orchestration:stop server",
    "            activity:greet client",
    "              activity:greet server",
    "        orchestration:trip:timer internal",
  ]);
  expect(spans).toHaveLength(13);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(13);
  expect(spans.every(({ traceState }) => traceState === "vendor=a")).toBe(true);
  for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
    expect(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)).toBeGreaterThanOrEqual(0n);
  }
  // The activity's code receives the span of its run.
  const runs = spans.filter(({ name, kind }) => name === "activity:greet" && kind === "server");
  const { first } = output as { first: { traceParent: string } };
  expect(runs.map(({ spanId }) => `00-${traceId}-${spanId}-01`)).toContain(first.traceParent);
});

test("spans have the attributes of the Durable extension and of the function", async () => {
  const { traceId, id } = await start("trip");
  await become(id, "Completed");
  const spans = await traceOf(traceId, "trip");
  const find = (name: string, kind: string) => spans.find((span) => span.name === name && span.kind === kind);
  expect(find("create_orchestration:trip", "producer")?.attributes).toEqual({
    "durabletask.type": "orchestration",
    "durabletask.task.name": "trip",
    "durabletask.task.instance_id": id,
    "durabletask.task.execution_id": expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(find("orchestration:trip", "server")).toMatchObject({
    attributes: {
      "durabletask.type": "orchestration",
      "durabletask.task.name": "trip",
      "durabletask.task.instance_id": id,
      "durabletask.task.status": "Completed",
      "faas.name": "trip",
      "faas.trigger": "orchestrationTrigger",
    },
    status: { code: 1 },
  });
  expect(find("activity:greet", "client")?.attributes).toEqual({
    "durabletask.type": "activity",
    "durabletask.task.name": "greet",
    "durabletask.task.instance_id": expect.any(String),
    "durabletask.task.task_id": expect.any(Number),
  });
  expect(find("activity:greet", "server")?.attributes).toMatchObject({
    "durabletask.type": "activity",
    "faas.name": "greet",
    "faas.trigger": "activityTrigger",
  });
  expect(find("orchestration:stop", "client")?.attributes["durabletask.task.instance_id"]).toBe(id);
  expect(find("orchestration:trip:timer", "internal")?.attributes).toMatchObject({
    "durabletask.type": "timer",
    "durabletask.task.name": "trip",
    "durabletask.fire_at": expect.stringMatching(/^\d{4}-.*Z$/),
    "durabletask.task.task_id": 3,
  });
});

test("a failure is an error with its message, from the activity up to the orchestration", async () => {
  const { traceId, id } = await start("fails");
  await become(id, "Failed");
  const spans = await traceOf(traceId, "fails");
  const [, , , ...tree] = treeOf(spans, CALLER);
  expect(tree).toEqual([
    "      orchestration:fails server failed",
    "        orchestration:breaks client failed",
    "          orchestration:breaks server failed",
    "            activity:boom client failed",
    "              activity:boom server failed",
    "        activity:boom client failed",
    "          activity:boom server failed",
  ]);
  const run = spans.find(({ name, kind }) => name === "activity:boom" && kind === "server");
  expect(run?.status.message).toContain("kaboom");
  const end = spans.find((span) => isOrchestration(span, "fails"));
  expect(end).toMatchObject({
    attributes: { "durabletask.task.status": "Failed" },
    status: { message: expect.any(String) },
  });
});

test("entity calls, signals and operations are below the orchestration", async () => {
  const { traceId, id } = await start("counts");
  await become(id, "Completed");
  const all = [
    "      orchestration:counts server",
    "        entity:counter:add client",
    "        entity:counter:add producer",
    "        entity:counter:fail client failed",
    "          entity:counter:add consumer",
    "          entity:counter:add server",
    "          entity:counter:fail server failed",
  ];
  const spans = await receiver.trace(traceId, ({ length }) => length === all.length + 3);
  const [, , , ...tree] = treeOf(spans, CALLER);
  expect(tree.toSorted()).toEqual(all.toSorted());
  const [signal] = spans.filter(({ kind }) => kind === "producer").slice(1);
  expect(spans.find(({ kind }) => kind === "consumer")?.parentSpanId).toBe(signal?.spanId);
  expect(signal?.attributes).toEqual({
    "durabletask.type": "entity",
    "durabletask.task.operation": "signal_entity",
    "durabletask.event.target_instance_id": "@counter@one",
  });
  expect(spans.find(({ name, kind }) => name.endsWith("fail") && kind === "server")).toMatchObject({
    attributes: {
      "durabletask.task.operation": "call_entity",
      "durabletask.task.instance_id": "@counter@one",
      "durabletask.entity.error_message": expect.any(String),
      "faas.trigger": "entityTrigger",
    },
  });
});

test("each generation of an orchestration has its own span below the same start", async () => {
  const { traceId, id } = await start("again");
  await become(id, "Completed");
  const spans = await traceOf(traceId, "again", 2);
  const [, , , ...tree] = treeOf(spans, CALLER);
  const generation = [
    "      orchestration:again server",
    "        activity:greet client",
    "          activity:greet server",
  ];
  expect(tree).toEqual([...generation, ...generation]);
  const statuses = spans.map(({ attributes }) => attributes["durabletask.task.status"]).filter(Boolean);
  expect(statuses.toSorted()).toEqual(["Completed", "ContinuedAsNew"]);
});

test("an event raised by a traced client is a span in the client's trace", async () => {
  const { id } = await start("waits");
  await become(id, "Running");
  const traceId = newTrace();
  await api(`/instances/${id}/raiseEvent/go`, {
    method: "POST",
    headers: { "content-type": "application/json", traceparent: `00-${traceId}-${CALLER}-01` },
    body: "null",
  });
  const [span] = await receiver.trace(traceId, ({ length }) => length === 1);
  expect(span).toMatchObject({
    name: "orchestration_event:go",
    kind: "producer",
    parentSpanId: CALLER,
    attributes: { "durabletask.type": "event", "durabletask.event.target_instance_id": id },
  });
  await become(id, "Completed");
});

test("a terminated orchestration ends its span as an error", async () => {
  const { traceId, id } = await start("waits");
  await become(id, "Running");
  await api(`/instances/${id}/terminate?reason=late`, { method: "POST" });
  await become(id, "Terminated");
  const spans = await traceOf(traceId, "waits");
  expect(spans.find((span) => isOrchestration(span, "waits"))).toMatchObject({
    attributes: { "durabletask.task.status": "Terminated" },
    status: { code: 2, message: "Terminated" },
  });
});
