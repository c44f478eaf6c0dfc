import path from "node:path";
import { type FileSettings, lookUp, variableOf } from "../config/config-file.ts";
import { stateDirBelow } from "../config/state-dir.ts";
import { type HintContext, PLACE_OPTIONS, type PlaceOption } from "../ui/hint.ts";
import { COMMANDS } from "./registry.ts";

/** The options of the current call that its hints must repeat. */
export function hintContext(
  given: Readonly<Record<string, unknown>>,
  { cwd, env, settings }: { cwd: string; env: NodeJS.ProcessEnv; settings: FileSettings | null },
): HintContext {
  const stateDir = lookUp(variableOf("state-dir"), env, settings)?.text;
  return {
    cwd,
    given: Object.fromEntries(PLACE_OPTIONS.map((name) => [name, given[name] as string | boolean | undefined])),
    defaultStateDir: stateDir === undefined ? stateDirBelow(cwd) : path.resolve(cwd, stateDir),
    takes: placeOptionsOf,
  };
}

function placeOptionsOf(command: string): readonly PlaceOption[] {
  return COMMANDS.find(({ name }) => name === command)?.place ?? [];
}
