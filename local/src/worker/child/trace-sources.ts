// Where in the app's code an orchestrator asks for something: added to the actions of its answer as `source`, where the host wants to
// know. durable-functions 3.5: every task is made with its action (task/TaskBase.js), in the code of the app that asks for it; what is
// no task goes straight into the executor's list (orchestrations/TaskOrchestrationExecutor.js).

import path from "node:path";
import { fileURLToPath } from "node:url";
import { isRecord } from "@same-kit/shared";

const STACK_DEPTH = 50;
const POSITION = /\(?((?:file:\/\/)?[^()\s][^()]*):(\d+):(\d+)\)?$/;

const tracedPrototypes = new WeakSet<object>();

/** From now on tasks of `context`, once it has its Durable part, name their place. Does nothing for an SDK that is built in another way. */
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

/** All tasks have one base, to which no package gives access; but any task leads there. */
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
