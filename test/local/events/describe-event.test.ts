import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describeEvent } from "../../../local/src/events/describe-event.ts";
import type { HostEvent } from "../../../local/src/events/host-event.ts";

const time = new Date(0);
const call = { invocationId: "i", functionName: "f", instanceId: "run" };
const fields = { instanceId: "run", functionName: "f", invocationId: "i" };

/** One event of every kind, with its line for users. */
const EVENTS: [HostEvent, string | null, object][] = [
  [
    { kind: "host-ready", time, url: "u", hubName: "h", storage: "disk", pid: 1, functions: [] },
    "info local: The host is ready.",
    { url: "u", hubName: "h" },
  ],
  [{ kind: "host-stopping", time }, "info local: The host is stopping.", {}],
  [{ kind: "worker-started", time, pid: 7 }, "info host: Worker process started and initialized.", { pid: 7 }],
  [
    { kind: "worker-ended", time, code: 3, signal: null, crashes: 2, lastOutput: "x" },
    "error host.worker: The worker process ended unexpectedly.",
    { how: "exited with code 3", crashes: 2, lastOutput: "x" },
  ],
  [{ kind: "function-started", time, ...call }, "info Function.f: Executing 'Functions.f'", fields],
  [
    { kind: "function-ended", time, ...call, ok: true, durationMs: 5, problem: null },
    "info Function.f: Executed 'Functions.f' (Succeeded, Id=i, Duration=5ms)",
    fields,
  ],
  [
    { kind: "function-ended", time, ...call, ok: false, durationMs: 5, problem: "Result: Failure" },
    "error Function.f: Executed 'Functions.f' (Failed, Id=i, Duration=5ms)\nResult: Failure",
    fields,
  ],
  [
    { kind: "request-answered", time, method: "GET", path: "/api/hello", status: 200, durationMs: 12 },
    "info host.http: GET /api/hello 200 (12 ms)",
    {},
  ],
  [
    { kind: "request-answered", time, method: "GET", path: "/api/hello", status: null, durationMs: 12 },
    "info host.http: GET /api/hello left by its caller (12 ms)",
    {},
  ],
  [{ kind: "instance-progressed", time, instanceId: "run", functionName: "o", customStatus: 1, step: null }, null, {}],
  [{ kind: "instance-ended", time, instanceId: "run", status: "Completed" }, null, {}],
  [
    { kind: "line", time, level: "warn", source: "user", component: "c", message: "m", fields: { a: 1 } },
    "warn c: m",
    { a: 1 },
  ],
  [
    { kind: "events-missed", time, count: 3 },
    "warn local: Some events are missing: they were written faster than they were read.",
    { count: 3 },
  ],
];

test.each(EVENTS)("%j is described in one line", (event, text, expected) => {
  const line = describeEvent(event);
  expect(line === null ? null : `${line.level} ${line.component}: ${line.message}`).toBe(text);
  if (line !== null) expect({ ...line.fields }).toEqual(expected);
});

test("a call outside an orchestration has a line without an instance ID", () => {
  const line = describeEvent({ kind: "function-started", time, ...call, instanceId: null });
  expect(line?.fields).toEqual({ functionName: "f", invocationId: "i" });
});

test("the emulator's README lists every kind of event", () => {
  const kinds = [...readFileSync("local/src/events/host-event.ts", "utf8").matchAll(/kind: "([^"]+)"/g)];
  const text = readFileSync("local/README.md", "utf8");
  expect(new Set(EVENTS.map(([{ kind }]) => kind))).toEqual(new Set(kinds.map(([, kind]) => kind)));
  expect(kinds.filter(([, kind]) => !text.includes(`\`${kind}\``))).toEqual([]);
});
