import { createLogger, type LogEntry } from "@same-kit/shared";
import { expect, test } from "vitest";
import type { AppFunction } from "../../../../local/src/host/functions/app-function.ts";
import { formatFunctionList, toHostedFunction } from "../../../../local/src/host/functions/function-list.ts";
import { noteOf, reportFunctions } from "../../../../local/src/host/functions/report-functions.ts";
import type { HostExtension } from "../../../../local/src/host/host-extension.ts";
import type { BindingInfo } from "../../../../local/src/worker/messages.ts";

const EXTENSIONS: HostExtension[] = [
  {
    name: "x",
    triggerTypes: ["entityTrigger"],
    triggerNotes: { entityTrigger: "not supported yet" },
    inputBindings: { durableClient: () => ({ json: "{}" }) },
    outputBindings: { queue: async () => {} },
  },
];

function named(name: string, type: string, inputs: string[] = [], changes: Partial<AppFunction> = {}): AppFunction {
  const toBinding = (it: string): BindingInfo => ({ type: it, name: it, direction: "in" });
  const bindings = [type, ...inputs].map(toBinding);
  const metadata = { functionId: name, name, bindings, scriptFile: "main.js", directory: "/" };
  const fn = { name, metadata, trigger: bindings[0], http: undefined, isDisabled: false, isTriggerStarted: true };
  return { ...fn, errors: [], ...changes };
}

function writing(name: string, outputs: string[]): AppFunction {
  const fn = named(name, "httpTrigger");
  const added = outputs.map((type): BindingInfo => ({ type, name: type, direction: "out" }));
  return { ...fn, metadata: { ...fn.metadata, bindings: [...fn.metadata.bindings, ...added] } };
}

function report(...functions: AppFunction[]): string[] {
  return reportWith({ ignoreOutputs: false }, functions);
}

function reportWith({ ignoreOutputs }: { ignoreOutputs: boolean }, functions: readonly AppFunction[]): string[] {
  const entries: LogEntry[] = [];
  const log = createLogger((entry) => entries.push(entry), "host");
  reportFunctions(functions, { extensions: EXTENSIONS, ignoreOutputs, log });
  return entries.map(({ level, message, fields }) => `${level} ${fields["functionName"]}: ${message}`);
}

test("a function that will not work is reported with the reason, and other functions are not", () => {
  expect(
    report(
      named("fine", "httpTrigger", ["DurableClient"]),
      named("broken", "httpTrigger", ["blob"], { errors: ["why"] }),
      named("idle", "queueTrigger", [], { isTriggerStarted: false }),
      named("entity", "EntityTrigger"),
      named("reads", "httpTrigger", ["blob"]),
      writing("writes", ["http", "Queue", "cosmosDB", "signalR"]),
      writing("fills", ["Queue"]),
    ),
  ).toEqual([
    "error broken: The 'broken' function is in error: why.",
    "warn idle: This trigger is not started locally.",
    "warn entity: This trigger is not supported yet.",
    "warn reads: This function has an input binding that is not available locally: its calls fail.",
    "warn writes: This function has an output binding that is not supported locally: calls that set it fail.",
  ]);
});

test("each function has a single line, even with several problems", () => {
  const { metadata } = writing("all", ["cosmosDB"]);
  const trigger: BindingInfo = { type: "sqlTrigger", name: "changes", direction: "in" };
  const input: BindingInfo = { type: "sql", name: "rows", direction: "in" };
  const bindings = [trigger, input, ...metadata.bindings.slice(1)];
  const all = named("all", "sqlTrigger", [], {
    isTriggerStarted: false,
    trigger,
    metadata: { ...metadata, bindings },
  });
  expect(report(all)).toEqual([
    "warn all: This trigger is not started locally. " +
      "This function has an input binding that is not available locally: its calls fail. " +
      "This function has an output binding that is not supported locally: calls that set it fail.",
  ]);
});

test("with ignoreOutputs, the line says that values are dropped", () => {
  expect(reportWith({ ignoreOutputs: true }, [writing("writes", ["cosmosDB"])])).toEqual([
    "warn writes: This function has an output binding that is not supported locally: its values are dropped.",
  ]);
});

test("the list shows a trigger's note", () => {
  const fn = named("counter", "entityTrigger");
  const hosted = toHostedFunction(fn, "http://localhost:7071", noteOf(fn, EXTENSIONS));
  expect(formatFunctionList([hosted])).toContain("\tcounter: entityTrigger (not supported yet)\n");
});
