import path from "node:path";
import { type CommandHint, type Hint, hintText } from "@same-kit/shared";
import { stateDirBelow } from "../config/state-dir.ts";
import { shellQuote } from "./shell-quote.ts";

/** Options that select a command's state folder and deployment. */
export const PLACE_OPTIONS = ["state-dir", "env", "rehearse"] as const;

export type PlaceOption = (typeof PLACE_OPTIONS)[number];

/** What a named command needs to find the same host or deployment as the current call. */
export type HintContext = {
  cwd: string;
  /** Such options given as flags of the current call; variables and files also apply to the named command by themselves. */
  given: Partial<Record<PlaceOption, string | boolean>>;
  /** The state folder of a command without `--state-dir`, absolute. */
  defaultStateDir: string;
  /** The place options that a command accepts. */
  takes: (command: string) => readonly PlaceOption[];
};

/** For texts that are shown before a call is parsed: commands are shown as written. */
export function emptyHintContext(cwd: string): HintContext {
  return { cwd, given: {}, defaultStateDir: stateDirBelow(cwd), takes: () => [] };
}

/** The text of a hint that a person can paste: with the current call's state folder and environment, quoted for a shell. */
export function renderHint(said: Hint, context: HintContext): string {
  return hintText(said, (command) => renderCommand(command, context));
}

function renderCommand({ command, args = [], stateDir, without = [] }: CommandHint, context: HintContext): string {
  const words = [...args];
  for (const option of context.takes(command)) {
    const isSettled = without.includes(option) || args.some((word) => word.split("=", 1)[0] === `--${option}`);
    if (!isSettled) words.push(...placeWords(option, stateDir, context));
  }
  return ["same-kit", command, ...words.map((word) => shellQuote(word))].join(" ");
}

function placeWords(option: PlaceOption, stateDir: string | undefined, context: HintContext): string[] {
  if (option === "state-dir" && stateDir !== undefined) return stateDirWords(stateDir, context);
  const value = context.given[option];
  if (value === undefined || value === false) return [];
  return value === true ? [`--${option}`] : [`--${option}`, value];
}

/** Empty if the command would find that folder by itself. */
function stateDirWords(stateDir: string, { cwd, defaultStateDir }: HintContext): string[] {
  if (path.resolve(stateDir) === path.resolve(defaultStateDir)) return [];
  const relative = path.relative(cwd, stateDir);
  return ["--state-dir", relative === "" || relative.startsWith("..") ? stateDir : relative];
}
