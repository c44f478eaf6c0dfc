import type { DurableFunction, DurableFunctionKind } from "./ports.ts";

const ARTICLE: Record<DurableFunctionKind, string> = {
  orchestrator: "an orchestrator",
  activity: "an activity",
  entity: "an entity",
};

/** The extension's sentence that lists the registered functions, which makes a typo obvious. */
export function knownFunctionsText(kind: DurableFunctionKind, functions: readonly DurableFunction[]): string {
  const names = functions.filter((it) => it.kind === kind && !it.isDisabled).map((it) => `'${it.name}'`);
  if (names.length === 0) return `No ${kind} functions are currently registered!`;
  return `The following are the known ${kind} functions: ${names.join(", ")}.`;
}

/** The extension's message for a function that is missing, disabled, or of another kind. */
export function unknownFunctionText(
  name: string,
  kind: DurableFunctionKind,
  functions: readonly DurableFunction[],
): string {
  const problem = `The function '${name}' doesn't exist, is disabled, or is not ${ARTICLE[kind]} function.`;
  return `${problem} Additional info: ${knownFunctionsText(kind, functions)}`;
}
