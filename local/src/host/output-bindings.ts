import { reasonOf } from "@same-kit/shared";
import type { WorkerInvocationResult } from "../worker/language-worker.ts";
import type { BindingInfo, TypedData } from "../worker/messages.ts";
import type { AppGeneration } from "./app-generation.ts";
import { bindingDataOf, fillBindingText } from "./binding-data.ts";
import { outputsOf } from "./functions/app-function.ts";
import type { HostExtension, OutputBindingWriter } from "./host-extension.ts";
import type { InvocationCall } from "./invocation-call.ts";

type OutputBindingsDeps = {
  extensions: readonly HostExtension[];
  appSettings(): Readonly<Record<string, string>>;
  /** Drops the values of outputs that no extension here writes, instead of failing the call. */
  ignoresUnserved: boolean;
  warn(text: string): void;
};

type Success = Extract<WorkerInvocationResult, { status: "success" }>;

/** Passes the values of a call's output bindings to the extensions that write them. */
export class OutputBindings {
  readonly #deps: OutputBindingsDeps;
  readonly #warned = new Set<string>();

  constructor(deps: OutputBindingsDeps) {
    this.#deps = deps;
  }

  /**
   * Writes them one after another, in registration order. @throws Error that names the binding that could not be
   * written.
   */
  async write(generation: AppGeneration, call: InvocationCall, result: Success): Promise<void> {
    const values = new Map(result.outputData.map(({ name, data }) => [name, data]));
    if (result.returnValue !== undefined) values.set("$return", result.returnValue);
    for (const binding of outputsOf(call.fn.metadata)) {
      const value = values.get(binding.name);
      if (value !== undefined) await this.#writeOne(generation, call, binding, value);
    }
  }

  async #writeOne(
    { hostJson }: AppGeneration,
    call: InvocationCall,
    binding: BindingInfo,
    value: TypedData,
  ): Promise<void> {
    const writer = this.#find(binding.type);
    if (writer === undefined) return this.#refuse(call.fn.name, binding);
    const appSettings = this.#deps.appSettings();
    const values = { env: appSettings, data: bindingDataOf(call), functionName: call.fn.name };
    try {
      await writer(binding, value, {
        appSettings,
        extensionSettings: hostJson.extensions,
        fill: (option) => fillBindingText(option, values),
      });
    } catch (cause) {
      const reason = reasonOf(cause);
      throw new Error(`The output binding "${binding.name}" of type "${binding.type}" was not written: ${reason}`, {
        cause,
      });
    }
  }

  #find(type: string): OutputBindingWriter | undefined {
    const writers = this.#deps.extensions.flatMap((it) => Object.entries(it.outputBindings ?? {}));
    return writers.find(([name]) => name.toLowerCase() === type.toLowerCase())?.[1];
  }

  /**
   * A success that loses its value would be worse than a failure. The warning is logged once, because an app sets an
   * output in every call.
   */
  #refuse(functionName: string, { name, type }: BindingInfo): void {
    if (!this.#deps.ignoresUnserved) {
      throw new Error(
        `Outputs of type "${type}" are not written locally, so the value of "${name}" would be lost. Start the host with --ignore-outputs to drop such values.`,
      );
    }
    const key = `${functionName}/${name}`;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.#deps.warn(
      `Function ${functionName} set the output "${name}"; outputs of type "${type}" are not written locally, so the value is dropped.`,
    );
  }
}
