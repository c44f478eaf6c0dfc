import { randomBytes, randomUUID } from "node:crypto";
import { reasonOf } from "@same-kit/shared";
import type { Tracer } from "../telemetry/index.ts";
import type { WorkerCall, WorkerInvocationResult } from "../worker/language-worker.ts";
import type { BindingInfo, TypedData } from "../worker/messages.ts";
import type { AppGeneration } from "./app-generation.ts";
import type { AppRuntime } from "./app-runtime.ts";
import { bindingDataOf, fillBindingText, type WriteValue } from "./binding-data.ts";
import { type AppFunction, extraInputsOf } from "./functions/app-function.ts";
import type { HostExtension, InputBindingContext } from "./host-extension.ts";
import type { InvocationCall } from "./invocation-call.ts";
import type { InvocationLog } from "./invocation-log.ts";
import { InvocationSpan } from "./invocation-span.ts";
import { OutputBindings } from "./output-bindings.ts";

type InvokerDeps = {
  runtime: AppRuntime;
  invocationLog: InvocationLog;
  extensions: readonly HostExtension[];
  appSettings(): Readonly<Record<string, string>>;
  /** Drops the values of outputs that no extension here writes, instead of failing the call. */
  ignoreOutputs: boolean;
  /** The host URLs that a binding value may use. */
  bindingContext(
    extension: HostExtension,
  ): Omit<InputBindingContext, "functionName" | "invocationId" | "span" | "fill">;
  tracer: Tracer | undefined;
};

/** Calls functions in the worker: collects the inputs, enforces the time limit, writes the log. */
export class Invoker {
  readonly #deps: InvokerDeps;
  readonly #outputs: OutputBindings;
  readonly #warm = new WeakSet<AppGeneration>();

  constructor(deps: InvokerDeps) {
    this.#deps = deps;
    const { extensions, appSettings, invocationLog } = deps;
    this.#outputs = new OutputBindings({
      extensions,
      appSettings,
      ignoresUnserved: deps.ignoreOutputs,
      warn: (message) =>
        invocationLog.writeWorkerLine({ kind: "rpcLog", category: "system", level: "warning", message }),
    });
  }

  /** Never rejects. */
  async invoke(generation: AppGeneration, call: InvocationCall): Promise<WorkerInvocationResult> {
    const { fn, invocationId = randomUUID(), instanceId = null } = call;
    const { invocationLog } = this.#deps;
    const startedAt = performance.now();
    const invocation = { invocationId, functionName: fn.name, instanceId };
    invocationLog.begin(invocation);
    const span = this.#beginSpan(generation, { ...call, invocationId });
    let result: WorkerInvocationResult;
    try {
      const request = await this.#toRequest(call, invocationId, span);
      result = await this.#invokeWithin(generation, fn, request);
      // Written before success is reported: a caller may look for the message immediately.
      if (result.status === "success") await this.#outputs.write(generation, call, result);
    } catch (error) {
      result = toFailure(error);
    }
    invocationLog.end(invocation, {
      ok: result.status === "success",
      durationMs: Math.round(performance.now() - startedAt),
      problem: describeProblem(result),
    });
    span?.end(result);
    return result;
  }

  #beginSpan(generation: AppGeneration, call: InvocationCall & { invocationId: string }): InvocationSpan | null {
    const { tracer } = this.#deps;
    const { ownSpan, ...rest } = call;
    if (tracer === undefined || ownSpan === null) return null;
    const isColdStart = !this.#warm.has(generation);
    this.#warm.add(generation);
    return new InvocationSpan(tracer, { ...rest, ...(ownSpan && { ownSpan }), isColdStart });
  }

  async #toRequest(call: InvocationCall, invocationId: string, span: InvocationSpan | null): Promise<WorkerCall> {
    const { fn, triggerData, triggerMetadata, traceParent, retryContext, tracesSources, dateShiftMs } = call;
    const inputData: WorkerCall["inputData"][number][] = [
      { name: fn.trigger?.name ?? "", ...(triggerData === undefined ? {} : { data: triggerData }) },
    ];
    for (const binding of extraInputsOf(fn.metadata)) {
      const data = await this.#provideInput(call, binding, { invocationId, span: span?.context ?? null });
      inputData.push({ name: binding.name, ...(data === undefined ? {} : { data }) });
    }
    return {
      invocationId,
      functionId: fn.metadata.functionId,
      inputData,
      traceContext: span?.traceContext ?? { traceParent: continueTrace(traceParent), traceState: "", attributes: {} },
      ...(triggerMetadata === undefined ? {} : { triggerMetadata }),
      ...(tracesSources === undefined ? {} : { tracesSources }),
      ...(retryContext === undefined ? {} : { retryContext }),
      ...(dateShiftMs === undefined ? {} : { dateShiftMs }),
    };
  }

  async #provideInput(
    call: InvocationCall,
    binding: BindingInfo,
    invocation: Pick<InputBindingContext, "invocationId" | "span">,
  ): Promise<TypedData | undefined> {
    const type = binding.type.toLowerCase();
    for (const extension of this.#deps.extensions) {
      for (const [provided, provide] of Object.entries(extension.inputBindings ?? {})) {
        if (provided.toLowerCase() !== type) continue;
        const context = this.#deps.bindingContext(extension);
        const values = { env: context.appSettings, data: bindingDataOf(call), functionName: call.fn.name };
        const fill = (option: string, write?: WriteValue) => fillBindingText(option, values, write);
        return read(binding, () => provide(binding, { ...context, ...invocation, functionName: call.fn.name, fill }));
      }
    }
    throw new Error(`The input binding "${binding.name}" of type "${binding.type}" is not available locally.`);
  }

  async #invokeWithin(
    generation: AppGeneration,
    fn: AppFunction,
    request: WorkerCall,
  ): Promise<WorkerInvocationResult> {
    const limitMs = generation.hostJson.functionTimeoutMs;
    const invocation = generation.worker.invoke(request);
    if (limitMs === undefined) return invocation;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<WorkerInvocationResult>((resolve) => {
      // setTimeout counts in 32 bits; a longer limit is no limit in practice.
      timer = setTimeout(() => resolve(this.#timeOut(generation, fn, limitMs)), Math.min(limitMs, 2 ** 31 - 1));
    });
    const result = await Promise.race([invocation, timeout]);
    clearTimeout(timer);
    return result;
  }

  /** Code that does not return can only be stopped by ending its process, as on Azure. */
  #timeOut(generation: AppGeneration, fn: AppFunction, limitMs: number): WorkerInvocationResult {
    const message = `Timeout value of ${limitMs / 1000} s exceeded by function: Functions.${fn.name}`;
    this.#deps.runtime.replace(generation, message);
    return { status: "failure", exception: { message, stackTrace: null } };
  }
}

/** @throws Error that names the binding. */
async function read<Value>({ name, type }: BindingInfo, provide: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await provide();
  } catch (cause) {
    throw new Error(`The input binding "${name}" of type "${type}" was not read: ${reasonOf(cause)}`, { cause });
  }
}

/** For a binding error: our own stack would say nothing about the app. */
function toFailure(error: unknown): WorkerInvocationResult {
  const message = reasonOf(error);
  return { status: "failure", exception: { message, stackTrace: null } };
}

function describeProblem(result: WorkerInvocationResult): string | null {
  switch (result.status) {
    case "success":
      return null;
    case "failure": {
      const { message, stackTrace } = result.exception;
      return `Result: Failure\nException: ${message}${stackTrace === null ? "" : `\nStack: ${stackTrace}`}`;
    }
    case "unavailable":
      return result.reason;
  }
}

/** A W3C trace context: the same trace with a new span, or a new trace. */
function continueTrace(incoming: string | undefined): string {
  const traceId = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(incoming ?? "")?.[1];
  return `00-${traceId ?? randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-00`;
}
