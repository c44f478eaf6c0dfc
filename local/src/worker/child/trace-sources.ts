// Adds the location in the app's code to the actions of an orchestrator's reply, as `source`, if the host requests it.
// In durable-functions 3.5, every task is created with its action (task/TaskBase.js), within the app's code that
// schedules it; other actions go straight into the executor's list (orchestrations/TaskOrchestrationExecutor.js).

import path from "node:path";
import { fileURLToPath } from "node:url";
import { isRecord } from "@same-kit/shared";

const STACK_DEPTH = 50;
const POSITION = /\(?((?:file:\/\/)?[^()\s][^()]*):(\d+):(\d+)\)?$/;

const tracedPrototypes = new WeakSet<object>();

/**
 * Makes tasks of `context` record their location from now on, once it has its Durable part. Does nothing for an SDK
 * with a different structure.
 */
export function traceSources(context: unknown): void {
  if (!isRecord(context)) return;
  let durable: unknown = context["df"];
  Object.defineProperty(context, "df", {
    configurable: true,
    enumerable: true,
    get: () => durable,
    set(value: unknown) {
      durable = value;
      traceTasks(value);
      traceList(value);
    },
  });
}

/** All tasks share one base class that no package exports, but any task leads to it. */
function traceTasks(df: unknown): void {
  if (!isRecord(df) || typeof df["waitForExternalEvent"] !== "function") return;
  const task: unknown = df["waitForExternalEvent"]("trace");
  for (let prototype = Object.getPrototypeOf(task); isRecord(prototype); prototype = Object.getPrototypeOf(prototype)) {
    if (!Object.hasOwn(prototype, "actionObj") || tracedPrototypes.has(prototype)) continue;
    tracedPrototypes.add(prototype);
    Object.defineProperty(prototype, "action", {
      configurable: true,
      set(action: unknown) {
        place(action);
        Object.defineProperty(this, "action", { value: action, writable: true, enumerable: true, configurable: true });
      },
    });
  }
}

function traceList(df: unknown): void {
  const executor = isRecord(df) ? df["taskOrchestratorExecutor"] : undefined;
  if (!isRecord(executor) || typeof executor["addToActions"] !== "function") return;
  const addToActions = executor["addToActions"].bind(executor) as (action: unknown) => void;
  executor["addToActions"] = (action: unknown) => {
    place(action);
    addToActions(action);
  };
}

function place(action: unknown): void {
  if (!isRecord(action) || action["source"] !== undefined) return;
  const source = placeInApp();
  if (source !== null) action["source"] = source;
}

/** The innermost line of the app's own code: `src/functions/order.js:12:34`, relative to the app. */
function placeInApp(): string | null {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = STACK_DEPTH;
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  for (const line of lines) {
    const [, where = "", row, column] = POSITION.exec(line.trim().replace(/^at (?:.* \(|async )?/, "")) ?? [];
    if (where === "" || where.startsWith("node:")) continue;
    const file = where.startsWith("file:") ? fileURLToPath(where) : where;
    const isOurs = file.startsWith(__dirname) || file.includes(`node_modules${path.sep}durable-functions`);
    if (path.isAbsolute(file) && !isOurs) return `${path.relative(process.cwd(), file)}:${row}:${column}`;
  }
  return null;
}
