import type { HostEvent } from "@same-kit/local";
import type { LogEntry } from "@same-kit/shared";
import { expect, test } from "vitest";
import { createFuncOutput, type FuncOutputOptions } from "../../../toolkit/src/reports/func-output.ts";
import { createTestConsole } from "../../helpers/console.ts";

const TIME = new Date("2026-01-01T00:00:00Z");
const HOST = { functionListText: "\nFunctions:\n\n\thello: [GET] http://localhost:7071/api/hello\n\n" };
const WORKER: HostEvent = { kind: "worker-started", time: TIME, pid: 1 };

function setUp(options: Partial<FuncOutputOptions> = {}) {
  const console = createTestConsole();
  const json: string[] = [];
  const output = createFuncOutput(console, {
    isVerbose: false,
    userLevel: "info",
    writeJson: (line) => json.push(line),
    versions: { func: "4.14.0", host: "4.1052.200", own: "1.2.3" },
    now: () => TIME,
    ...options,
  });
  const written = () => console.stdout().replaceAll(/instance ID '[0-9A-F]{32}'/g, "instance ID 'ID'");
  return { output, written, json };
}

function line(overrides: Partial<LogEntry>): HostEvent {
  const entry = { time: TIME, level: "info", source: "system", component: "host", message: "m", fields: {} } as const;
  return { kind: "line", ...entry, ...overrides };
}

/** The state of a background task as seen by the expressions of VS Code's problem matcher `$func-watch`. */
function backgroundTask(text: string): "active" | "ready" {
  const begins = /^.*(Job host stopped|signaling restart).*$/;
  const ends = /^.*(Worker process started and initialized|Host lock lease acquired by instance ID).*$/;
  return text.split("\n").reduce<"active" | "ready">((state, it) => {
    if (begins.test(it)) return "active";
    return ends.test(it) ? "ready" : state;
  }, "active");
}

test("a start prints the same as func, and ends an editor's background task", () => {
  const { output, written } = setUp();
  output.starting();
  expect(backgroundTask(written())).toBe("active");
  output.event(WORKER);
  output.ready(HOST);
  expect(written()).toMatchInlineSnapshot(`
    "
    same-kit 1.2.3 in place of Azure Functions Core Tools
    Core Tools Version:       4.14.0
    Function Runtime Version: 4.1052.200

    [2026-01-01T00:00:00.000Z] Worker process started and initialized.

    Functions:

    	hello: [GET] http://localhost:7071/api/hello

    For detailed output, run func with --verbose flag.
    [2026-01-01T00:00:00.000Z] Job host started
    [2026-01-01T00:00:00.000Z] Host lock lease acquired by instance ID 'ID'.
    "
  `);
  expect(backgroundTask(written())).toBe("ready");
});

test("an app that failed to load is announced once its files are fixed", () => {
  const { output, written } = setUp();
  output.ready(HOST);
  expect(written()).toBe("");
  output.event(WORKER);
  expect(written()).toContain("hello: [GET] http://localhost:7071/api/hello");
  output.event(WORKER);
  expect(written().match(/Host lock lease acquired/g)).toHaveLength(1);
  expect(written().match(/Worker process started/g)).toHaveLength(2);
});

test("lines of functions are shown from their log level on, and the host's own lines only as warnings", () => {
  const { output, written } = setUp();
  output.event(line({ message: "own" }));
  output.event(line({ message: "own warning", level: "warn", fields: { port: 1 } }));
  output.event(line({ message: "a request", source: "request" }));
  output.event(line({ message: "one\ntwo", source: "user", fields: { invocationId: "1" } }));
  output.event(line({ message: "detail", source: "user", level: "debug" }));
  output.event(line({ message: "Executing 'Functions.f'", component: "Function.f", fields: { invocationId: "ID" } }));
  expect(written().replaceAll("[2026-01-01T00:00:00.000Z] ", "")).toBe(
    "own warning port=1\none\ntwo\nExecuting 'Functions.f' (Id=ID)\n",
  );
});

test("--verbose shows the host's own lines, with a single line for the start of the worker", () => {
  const { output, written } = setUp({ isVerbose: true });
  output.event(WORKER);
  output.event(line({ message: "Worker process started and initialized.", fields: { pid: 1 } }));
  output.event(line({ message: "detail", level: "debug" }));
  output.ready(HOST);
  expect(written().match(/Worker process started/g)).toHaveLength(1);
  expect(written()).not.toContain("detail");
  expect(written()).not.toContain("--verbose");
});

test("--user-log-level applies to lines of functions", () => {
  const shownAt = (userLevel: FuncOutputOptions["userLevel"]) => {
    const { output, written } = setUp({ userLevel });
    for (const level of ["trace", "info", "error"] as const)
      output.event(line({ source: "user", level, message: level }));
    return written().match(/trace|info|error/g) ?? [];
  };
  expect(shownAt("trace")).toEqual(["trace", "info", "error"]);
  expect(shownAt("error")).toEqual(["error"]);
  expect(shownAt("none")).toEqual([]);
});

test("a worker's JSON lines only go to the JSON output", () => {
  const { output, written, json } = setUp();
  output.event(line({ source: "console", message: 'azfuncjsonlog:{"a":1}' }));
  expect(json).toEqual(['{"a":1}']);
  expect(written()).toBe("");
});
