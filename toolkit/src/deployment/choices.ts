// The choices with which an environment was deployed. A later call without an option reuses them: otherwise, leaving out an option
// would move the app to another region, or remove its tags.

import { existsSync } from "node:fs";
import { UsageError } from "@same-kit/shared";
import { namesSetByFiles } from "./variable-files.ts";
import type { TerraformVariables } from "./workspace.ts";

export type Choices = {
  subscription: string | null;
  /** From options; they override the files. */
  variables: TerraformVariables;
  /** Absolute paths; read again each time. */
  variableFiles: readonly string[];
  /** From options given before the files: the files override them. */
  olderVariables: TerraformVariables;
};

export const NO_CHOICES: Choices = { subscription: null, variables: {}, variableFiles: [], olderVariables: {} };

type NewChoices = Omit<Choices, "olderVariables" | "variableFiles"> & {
  /** They replace the earlier files; null keeps those, and an empty list removes them. */
  variableFiles: readonly string[] | null;
};

/** New values replace earlier ones, each variable separately; the files are only replaced as a whole. */
export function mergeChoices(before: Choices, now: NewChoices): Choices {
  const subscription = now.subscription ?? before.subscription;
  if (now.variableFiles === null) {
    return { ...before, subscription, variables: { ...before.variables, ...now.variables } };
  }
  const { variables, variableFiles } = now;
  return { subscription, variables, variableFiles, olderVariables: { ...before.olderVariables, ...before.variables } };
}

/**
 * The same choices without older values that a file now overrides: passed in one call, where options override files, they give the
 * values with which the environment was deployed.
 */
export async function effectiveChoices(choices: Choices): Promise<Choices> {
  const { variableFiles, olderVariables } = choices;
  const set = await namesSetByFiles(variableFiles);
  const kept = Object.entries(olderVariables).filter(([name]) => !set.has(name));
  return { ...choices, olderVariables: Object.fromEntries(kept) };
}

const KEY_GENERATION = "access_key_generation";

/**
 * A key can only be replaced, because the previous one is lost: undoing a rotation would create a third key that is not wanted.
 * `access_key_generation=null` therefore keeps the current key.
 */
export function keepKey(variables: TerraformVariables): TerraformVariables {
  return Object.fromEntries(
    Object.entries(variables).filter(([name, value]) => name !== KEY_GENERATION || value !== null),
  );
}

/**
 * Only names: values of app settings are secrets. Null if nothing is reused.
 *
 * @param before - Without the values that a file of this call overrides.
 * @param isUnfinished - Whether `before` comes from an apply that did not finish.
 */
export function describeKept(before: Choices, now: NewChoices, isUnfinished = false): string | null {
  const kept = namesOf(before).filter((name) => !(name in now.variables));
  const files = now.variableFiles === null ? before.variableFiles : [];
  const all = [...(kept.length === 0 ? [] : [kept.join(", ")]), ...files];
  if (all.length === 0) return null;
  const when = isUnfinished ? "As in the last `up`, which did not finish" : "As this environment was deployed before";
  return `${when}: ${all.join("; ")}. --var NAME=VALUE changes one, NAME=null resets it.`;
}

/** A message that the choices of a failed apply are not reused, because it created nothing; null if there were none. */
export function describeDropped(attempted: Choices, now: NewChoices): string | null {
  const dropped = [...namesOf(attempted), ...attempted.variableFiles].filter((name) => !(name in now.variables));
  if (dropped.length === 0) return null;
  return `The last \`up\` created nothing, so its choices are not used again: ${dropped.join(", ")}. Specify those that you still want.`;
}

const namesOf = ({ variables, olderVariables }: Choices): string[] => Object.keys({ ...olderVariables, ...variables });

/** @throws UsageError `ERR_VARIABLE_FILE` if a file of an earlier call no longer exists: its values must not be lost silently. */
export function requireFiles(choices: Choices): Choices {
  const gone = choices.variableFiles.filter((file) => !existsSync(file));
  if (gone.length === 0) return choices;
  throw new UsageError({
    code: "ERR_VARIABLE_FILE",
    message: `This environment was deployed with ${gone.join(", ")}, which no longer exists. Nothing was changed.`,
    hint: "Restore it, or specify other files with --var-file; an empty value means none.",
  });
}
