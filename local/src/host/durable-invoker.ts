import type {
  ActivityCall,
  DurableFunction,
  DurableFunctionKind,
  EntityCall,
  FunctionInvoker,
  InvocationReply,
  OrchestratorCall,
} from "../engine/ports.ts";
import type { HostEvent } from "../events/host-event.ts";
import type { SpanContext } from "../telemetry/index.ts";
import type { WorkerInvocationResult } from "../worker/language-worker.ts";
import type { BindingInfo, TypedData } from "../worker/messages.ts";
import { resolveSettings } from "./config/app-environment.ts";
import type { AppFunction } from "./functions/app-function.ts";
import type { FunctionsHost } from "./functions-host.ts";
import type { InvocationCall } from "./invocation-call.ts";
import { ProgressReporter } from "./progress-reporter.ts";

/** Per kind: the trigger's type, and the binding option that replaces the function's name. */
const TRIGGERS: Readonly<Record<DurableFunctionKind, { type: string; nameOption: string }>> = {
  orchestrator: { type: "orchestrationtrigger", nameOption: "orchestration" },
  activity: { type: "activitytrigger", nameOption: "activity" },
  entity: { type: "entitytrigger", nameOption: "entityName" },
};

/** Lets the Durable engine call the host's functions. */
export function createFunctionInvoker(
  host: FunctionsHost,
  onEvent: (event: HostEvent) => void = () => {},
): FunctionInvoker {
  const progress = new ProgressReporter(onEvent);
  const invoke = async (
    kind: DurableFunctionKind,
    call: { name: string; instanceId: string; span?: SpanContext },
    data: Pick<InvocationCall, "triggerData" | "triggerMetadata" | "tracesSources" | "dateShiftMs">,
  ): Promise<InvocationReply> => {
    const result = await host.invoke((functions) => findDurable(functions, kind, call.name, host.env), {
      ...data,
      instanceId: call.instanceId,
      ownSpan: call.span ?? null,
    });
    if (result !== undefined) return toReply(result);
    return { kind: "threw", message: `The ${kind} function "${call.name}" does not exist.`, stack: null };
  };
  return {
    durableFunctions: () => listDurable(host.registeredFunctions(), host.env),
    async invokeOrchestrator(call: OrchestratorCall) {
      const { history, ...rest } = call.payload;
      const reply = await invoke("orchestrator", call, {
        triggerData: { instanceId: call.instanceId, history, rest },
        ...(call.tracesSources === undefined ? {} : { tracesSources: call.tracesSources }),
        ...(call.dateShiftMs === undefined ? {} : { dateShiftMs: call.dateShiftMs }),
      });
      progress.report(call, reply);
      return reply;
    },
    invokeEntity: (call: EntityCall) => invoke("entity", call, { triggerData: { json: JSON.stringify(call.trigger) } }),
    // `string`, as on Azure: the library parses it leniently.
    invokeActivity: (call: ActivityCall) =>
      invoke("activity", call, {
        ...(call.input === null ? {} : { triggerData: { string: call.input } }),
        triggerMetadata: {
          instanceId: { string: call.instanceId },
          ...(call.input === null ? {} : { data: { string: call.input } }),
        },
      }),
  };
}

type Env = Readonly<Record<string, string>>;

function listDurable(functions: readonly AppFunction[], env: Env): DurableFunction[] {
  return functions.flatMap((fn) => {
    const kind = kindOf(fn);
    if (kind === undefined || fn.errors.length > 0) return [];
    return [{ name: durableName(fn, kind, env), kind, isDisabled: fn.isDisabled }];
  });
}

function findDurable(functions: readonly AppFunction[], kind: DurableFunctionKind, name: string, env: Env) {
  return functions.find(
    (fn) =>
      kindOf(fn) === kind && fn.errors.length === 0 && durableName(fn, kind, env).toLowerCase() === name.toLowerCase(),
  );
}

function kindOf({ trigger }: AppFunction): DurableFunctionKind | undefined {
  const kinds = Object.keys(TRIGGERS) as DurableFunctionKind[];
  return kinds.find((kind) => TRIGGERS[kind].type === trigger?.type.toLowerCase());
}

function durableName(fn: AppFunction, kind: DurableFunctionKind, env: Env): string {
  const override = (fn.trigger as BindingInfo | undefined)?.[TRIGGERS[kind].nameOption];
  return typeof override === "string" && override !== "" ? resolveSettings(override, env).text : fn.name;
}

function toReply(result: WorkerInvocationResult): InvocationReply {
  switch (result.status) {
    case "success":
      return { kind: "returned", value: decode(result.returnValue) };
    case "failure":
      return { kind: "threw", message: result.exception.message, stack: result.exception.stackTrace };
    case "unavailable":
      return { kind: "unavailable", reason: result.reason };
  }
}

/** Strings stay strings even if they look like JSON; bytes become Base64 text, as in Azure's history. */
function decode(data: TypedData | undefined): unknown {
  if (data === undefined) return undefined;
  if ("string" in data) return data.string;
  if ("json" in data) return JSON.parse(data.json);
  if ("bytes" in data) return Buffer.from(data.bytes).toString("base64");
  if ("int" in data) return data.int;
  if ("double" in data) return data.double;
  if ("collectionString" in data) return data.collectionString.string;
  // Only a host creates this kind; a worker never returns it.
  if ("modelBindingData" in data) return undefined;
  return data.http;
}
