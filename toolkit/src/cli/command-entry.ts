import type { Command } from "../commands/define-command.ts";
import type { PlaceOption } from "../ui/hint.ts";

/** What is known about a command without loading it, so that every call starts fast. */
export type CommandEntry = {
  /** As it is typed: `local run`. */
  name: string;
  summary: string;
  /** Its options that select a state folder or a deployment. */
  place: readonly PlaceOption[];
  load: () => Promise<Command>;
};
