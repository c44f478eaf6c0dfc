import type { InvocationRequest, InvocationResponse, RpcLogLevel, TypedData, WorkerException } from "../messages.ts";
import type { FunctionRegistry } from "./function-registry.ts";
import type { HookData, Hooks, InvocationHookContext } from "./hooks.ts";
import type { KeptHistories } from "./kept-histories.ts";
import { atAnotherTime, moveDate } from "./moved-date.ts";
import type {
  CoreInvocationContext,
  FunctionCallback,
  InvocationModel,
  ModelResponse,
  RegisteredFunction,
} from "./programming-model.ts";
import { readStreamedOutputs } from "./streamed-outputs.ts";
import { tagDurableError, tagDurableResult } from "./tag-durable-tasks.ts";
import { traceSources } from "./trace-sources.ts";

export type SendLog = (line: {
  category: "user" | "system";
  level: RpcLogLevel;
  message: string;
  invocationId?: string;
}) => void;

type InvokeDeps = { registry: FunctionRegistry; hooks: Hooks; histories: KeptHistories; sendLog: SendLog };

/** Runs one call: arguments, hooks, handler, response. Never rejects; what the app throws is part of the response. */
export async function invoke(request: InvocationRequest, deps: InvokeDeps): Promise<InvocationResponse> {
  const { invocationId } = request;
  try {
    return { kind: "invocationResponse", invocationId, result: await call(request, deps) };
  } catch (error) {
    return { kind: "invocationResponse", invocationId, result: { status: "failure", exception: toException(error) } };
  }
}

async function call(request: InvocationRequest, { registry, hooks, histories, sendLog }: InvokeDeps) {
  if (request.nowMs !== undefined) moveDate(request.nowMs);
  const { invocationModel, registered, core, bindLogHooks } = prepare(request, { registry, hooks, sendLog });
  const { context, inputs } = await invocationModel.getArguments();
  const isSeen = hooks.has("preInvocation") || hooks.has("postInvocation");
  if (request.history !== undefined && !histories.complete(request.history, inputs[0], isSeen)) {
    return { status: "historyMissing" as const };
  }
  if (request.tracesSources === true) traceSources(context);
  const hookData: HookData = {};
  bindLogHooks(context, hookData);
  const hookContext: InvocationHookContext = {
    hookData,
    appHookData: hooks.appHookData,
    invocationContext: context,
    inputs,
    functionCallback: shifted(registered.callback, request.dateShiftMs),
  };

  await runWithHooks(hookContext, { hooks, core, context, invocationModel });
  // `throw undefined` counts as success, as on Azure: only a value is an error.
  if (hookContext.error !== undefined && hookContext.error !== null) throw hookContext.error;
  const result = await readStreamedOutputs(context, hookContext.result, registered.core);
  return {
    status: "success" as const,
    ...toReply(await invocationModel.getResponse(context, result)),
    isEmpty: result === undefined || result === null,
  };
}

type HookedCall = { hooks: Hooks; core: CoreInvocationContext; context: unknown; invocationModel: InvocationModel };

/** Hooks may change inputs and callback before the call, and its result or error after it. */
async function runWithHooks(hookContext: InvocationHookContext, call: HookedCall): Promise<void> {
  const { hooks, core, context, invocationModel } = call;
  core.state = "preInvocationHooks";
  await hooks.run("preInvocation", hookContext);
  core.state = "invocation";
  try {
    const { inputs, functionCallback } = hookContext;
    hookContext.result = await invocationModel.invokeFunction(context, inputs, functionCallback);
    tagDurableResult(hookContext.result);
  } catch (error) {
    tagDurableError(error, context);
    hookContext.error = error;
  }
  core.state = "postInvocationHooks";
  hookContext.error ??= null;
  await hooks.run("postInvocation", hookContext);
}

function shifted(callback: FunctionCallback, shiftMs: number | undefined): FunctionCallback {
  return shiftMs === undefined ? callback : (...inputs) => atAnotherTime(shiftMs, () => callback(...inputs));
}

type PreparedCall = {
  invocationModel: InvocationModel;
  registered: RegisteredFunction;
  core: CoreInvocationContext;
  /** Log hooks see the invocation's context from here on. */
  bindLogHooks(context: unknown, hookData: HookData): void;
};

function prepare(
  request: InvocationRequest,
  { registry, hooks, sendLog }: Omit<InvokeDeps, "histories">,
): PreparedCall {
  const { invocationId, functionId } = request;
  const registered = registry.get(functionId);
  if (registered === undefined) throw new Error(`Function "${functionId}" is not registered in the app.`);
  if (registry.model === undefined)
    throw new Error("No programming model is set: the app did not load @azure/functions.");

  let invocationContext: unknown;
  let hookData: HookData = {};
  const core: CoreInvocationContext = {
    invocationId,
    request,
    metadata: registered.core,
    state: undefined,
    log(level, category, message) {
      const line = { hookData, appHookData: hooks.appHookData, level, message, category, invocationContext };
      hooks.runLog(line);
      // A hook's changes apply only to the app's own lines.
      const isUser = category === "user";
      sendLog({ category, level: isUser ? line.level : level, message: isUser ? line.message : message, invocationId });
    },
  };
  return {
    invocationModel: registry.model.getInvocationModel(core),
    registered,
    core,
    bindLogHooks(context, data) {
      invocationContext = context;
      hookData = data;
    },
  };
}

function toReply(response: ModelResponse): {
  returnValue?: TypedData;
  outputData: { name: string; data: TypedData }[];
} {
  const { returnValue, outputData = [] } = response;
  return { outputData, ...(returnValue === undefined || returnValue === null ? {} : { returnValue }) };
}

/**
 * A thrown string is the message, an object its JSON. @see Azure/azure-functions-nodejs-worker,
 * src/utils/ensureErrorType.ts
 */
export function toException(error: unknown): WorkerException {
  if (error instanceof Error) return { message: error.message, stackTrace: error.stack ?? null };
  if (error === undefined || error === null) return { message: "Unknown error", stackTrace: null };
  // An error of another realm (node:vm) is not an instance of our Error but has the same members.
  if (typeof error === "object" && "message" in error && typeof error.message === "string") {
    const stack = "stack" in error && typeof error.stack === "string" ? error.stack : null;
    return { message: error.message, stackTrace: stack };
  }
  return { message: typeof error === "object" ? JSON.stringify(error) : String(error), stackTrace: null };
}
