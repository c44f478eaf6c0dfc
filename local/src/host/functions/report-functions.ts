import type { Logger } from "@same-kit/shared";
import type { HostExtension } from "../host-extension.ts";
import { type AppFunction, extraInputsOf, outputsOf } from "./app-function.ts";

/** What a person should know of functions with this trigger; extensions know. */
export function noteOf({ trigger }: AppFunction, extensions: readonly HostExtension[]): string | undefined {
  const type = trigger?.type.toLowerCase();
  const notes = extensions.flatMap((it) => Object.entries(it.triggerNotes ?? {}));
  return notes.find(([noted]) => noted.toLowerCase() === type)?.[1];
}

/** Says of each function, once it is loaded, what of it will not work here. */
export function reportFunctions(
  functions: readonly AppFunction[],
  { extensions, log }: { extensions: readonly HostExtension[]; log: Logger },
): void {
  for (const fn of functions) {
    const { name: functionName, errors, trigger, isTriggerStarted, http } = fn;
    if (errors.length > 0) {
      log.error(`The '${functionName}' function is in error: ${errors.join("; ")}.`, { functionName });
      continue;
    }
    const note = noteOf(fn, extensions);
    if (note !== undefined) log.warn(`This trigger is ${note}.`, { functionName, triggerType: trigger?.type });
    else if (!isTriggerStarted) {
      log.warn("This trigger is not started locally.", { functionName, triggerType: trigger?.type });
    }
    if (http?.methods?.length === 0) log.warn("This function has no methods and matches no request.", { functionName });
    const missing = findUnserved(fn, extensions);
    if (missing.inputs.length > 0) {
      const types = missing.inputs.join(", ");
      log.warn("This function has an input binding that is not available locally: its calls fail.", {
        functionName,
        types,
      });
    }
    if (missing.outputs.length > 0) {
      const types = missing.outputs.join(", ");
      log.warn("This function has an output binding that is not supported locally: calls that set it fail.", {
        functionName,
        types,
      });
    }
  }
}

/** Binding types that no extension here provides. */
function findUnserved(
  { metadata }: AppFunction,
  extensions: readonly HostExtension[],
): { inputs: string[]; outputs: string[] } {
  const served = (pick: (it: HostExtension) => Readonly<Record<string, unknown>> | undefined) =>
    new Set(extensions.flatMap((it) => Object.keys(pick(it) ?? {})).map((type) => type.toLowerCase()));
  const [inputs, outputs] = [served((it) => it.inputBindings), served((it) => it.outputBindings)];
  return {
    inputs: extraInputsOf(metadata).flatMap(({ type }) => (inputs.has(type.toLowerCase()) ? [] : [type])),
    outputs: outputsOf(metadata).flatMap(({ type }) => (outputs.has(type.toLowerCase()) ? [] : [type])),
  };
}
