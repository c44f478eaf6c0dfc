import type { LogFields, Logger } from "@same-kit/shared";
import type { HostExtension } from "../host-extension.ts";
import { type AppFunction, extraInputsOf, outputsOf } from "./app-function.ts";

/** A remark about functions with this trigger, provided by its extension. */
export function noteOf({ trigger }: AppFunction, extensions: readonly HostExtension[]): string | undefined {
  const type = trigger?.type.toLowerCase();
  const notes = extensions.flatMap((it) => Object.entries(it.triggerNotes ?? {}));
  return notes.find(([noted]) => noted.toLowerCase() === type)?.[1];
}

type Report = {
  extensions: readonly HostExtension[];
  log: Logger;
  ignoreOutputs: boolean;
  /** Names in `functions` of host.json; absent: all are loaded. */
  selected?: readonly string[] | undefined;
};

/** Logs one line for each function that will not fully work here, or is selected but not registered. */
export function reportFunctions(functions: readonly AppFunction[], { log, selected = [], ...about }: Report): void {
  const known = new Set(functions.map(({ name }) => name.toLowerCase()));
  for (const functionName of selected.filter((name) => !known.has(name.toLowerCase()))) {
    log.warn("A function that is selected by name does not exist.", { functionName });
  }
  for (const fn of functions) {
    const { name: functionName, errors } = fn;
    if (errors.length > 0) {
      log.error(`The '${functionName}' function is in error: ${errors.join("; ")}.`, { functionName });
      continue;
    }
    const problems = findProblems(fn, about);
    if (problems.length === 0) continue;
    const fields = Object.assign({}, ...problems.map((it) => it.fields));
    log.warn(problems.map((it) => it.text).join(" "), { functionName, ...fields });
  }
}

type Problem = { text: string; fields: LogFields };

function findProblems(
  fn: AppFunction,
  { extensions, ignoreOutputs }: Pick<Report, "extensions" | "ignoreOutputs">,
): Problem[] {
  const { inputs, outputs } = findUnserved(fn, extensions);
  const outcome = ignoreOutputs ? "its values are dropped" : "calls that set it fail";
  const found: [boolean, string, LogFields][] = [
    [fn.http?.methods?.length === 0, "This function has no methods and matches no request.", {}],
    [
      inputs.length > 0,
      "This function has an input binding that is not available locally: its calls fail.",
      { inputs: inputs.join(", ") },
    ],
    [
      outputs.length > 0,
      `This function has an output binding that is not supported locally: ${outcome}.`,
      { outputs: outputs.join(", ") },
    ],
  ];
  return [
    ...findTriggerProblem(fn, extensions),
    ...found.flatMap(([isSo, text, fields]) => (isSo ? [{ text, fields }] : [])),
  ];
}

function findTriggerProblem(fn: AppFunction, extensions: readonly HostExtension[]): Problem[] {
  const note = noteOf(fn, extensions);
  if (note === undefined && fn.isTriggerStarted) return [];
  return [{ text: `This trigger is ${note ?? "not started locally"}.`, fields: { triggerType: fn.trigger?.type } }];
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
