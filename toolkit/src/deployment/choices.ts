// What one environment was deployed with. A later call that omits it means the same, or it would move the app to another
// region, or take tags away, by leaving out an option.

import { existsSync } from "node:fs";
import { UsageError } from "@same-kit/shared";
import { namesSetByFiles } from "./variable-files.ts";
import type { TerraformVariables } from "./workspace.ts";

export type Choices = {
  subscription: string | null;
  /** From options; they win over the files. */
  variables: TerraformVariables;
  /** Absolute paths; read again each time. */
  variableFiles: readonly string[];
  /** From options that were given before the files: the files win over them. */
  olderVariables: TerraformVariables;
};

export const NO_CHOICES: Choices = { subscription: null, variables: {}, variableFiles: [], olderVariables: {} };

export type NewChoices = Omit<Choices, "olderVariables" | "variableFiles"> & {
  /** Replace the earlier ones; null keeps those, an empty list does without. */
  variableFiles: readonly string[] | null;
};

/** What is said now replaces what was said before, a variable at a time; the files only as a whole. */
export function mergeChoices(before: Choices, now: NewChoices): Choices {
  const subscription = now.subscription ?? before.subscription;
  if (now.variableFiles === null) {
    return { ...before, subscription, variables: { ...before.variables, ...now.variables } };
  }
  const { variables, variableFiles } = now;
  return { subscription, variables, variableFiles, olderVariables: { ...before.olderVariables, ...before.variables } };
}

/**
 * The same choices without older values that a file now wins over: in one call, where options win over files, they give what the
 * environment was deployed with.
 */
export async function effectiveChoices(choices: Choices): Promise<Choices> {
  const { variableFiles, olderVariables } = choices;
  const set = await namesSetByFiles(variableFiles);
  const kept = Object.entries(olderVariables).filter(([name]) => !set.has(name));
  return { ...choices, olderVariables: Object.fromEntries(kept) };
}

const KEY_GENERATION = "access_key_generation";

/**
 * A key is only ever replaced: the one before it is gone, so taking a rotation back would mean a third key that nobody asked for.
 * `access_key_generation=null` therefore keeps the key in use.
 */
export function keepKey(variables: TerraformVariables): TerraformVariables {
  return Object.fromEntries(
    Object.entries(variables).filter(([name, value]) => name !== KEY_GENERATION || value !== null),
  );
}

/**
 * Names alone: values of app settings are secrets. Null if nothing is taken over.
 *
 * @param before - Without what a file of this call wins over.
 * @param isUnfinished - Whether `before` is what an apply began with that has not come to its end.
 */
export function describeKept(before: Choices, now: NewChoices, isUnfinished = false): string | null {
  const kept = namesOf(before).filter((name) => !(name in now.variables));
  const files = now.variableFiles === null ? before.variableFiles : [];
  const all = [...(kept.length === 0 ? [] : [kept.join(", ")]), ...files];
  if (all.length === 0) return null;
  const when = isUnfinished ? "As in the last `up`, which did not finish" : "As this environment was deployed before";
  return `${when}: ${all.join("; ")}. --var NAME=VALUE changes one, NAME=null takes it back.`;
}

/** Says that what an apply began with is not used again, as nothing has come of it; null if nothing was chosen. */
export function describeDropped(attempted: Choices, now: NewChoices): string | null {
  const dropped = [...namesOf(attempted), ...attempted.variableFiles].filter((name) => !(name in now.variables));
  if (dropped.length === 0) return null;
  return `The last \`up\` created nothing, so its choices are not used again: ${dropped.join(", ")}. Give those that you still want.`;
}

const namesOf = ({ variables, olderVariables }: Choices): string[] => Object.keys({ ...olderVariables, ...variables });

/** @throws UsageError `ERR_VARIABLE_FILE` where a file of an earlier call is gone: its values must not be lost in silence. */
export function requireFiles(choices: Choices): Choices {
  const gone = choices.variableFiles.filter((file) => !existsSync(file));
  if (gone.length === 0) return choices;
  throw new UsageError({
    code: "ERR_VARIABLE_FILE",
    message: `This environment was deployed with ${gone.join(", ")}, which no longer exists. Nothing was changed.`,
    hint: "Restore it, or specify other files with --var-file; an empty value means none.",
  });
}
