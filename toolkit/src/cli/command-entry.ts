import type { Command } from "../commands/define-command.ts";
import type { PlaceOption } from "../ui/hint.ts";

/** What is known of a command without loading it, so that every call starts fast. */
export type CommandEntry = {
  /** As it is typed: `local run`. */
  name: string;
  summary: string;
  /** Which of its options say what state folder or deployment it is about. */
  place: readonly PlaceOption[];
  load: () => Promise<Command>;
};
