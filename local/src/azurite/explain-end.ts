import { hint, sameKit } from "@same-kit/shared";
import { DATA_DAMAGED, DISK_FULL } from "./child/exit-codes.ts";
import { AzuriteError } from "./errors.ts";

/**
 * Explains an exit of Azurite that the user can fix (disk full, damaged data); null for any other exit.
 *
 * @param location - Folder of its data; null: in memory.
 */
export function explainEnd(
  code: number | null,
  location: string | null,
  lastOutput: readonly string[],
): AzuriteError | null {
  const [why = "It printed nothing more."] = lastOutput;
  switch (code) {
    case DISK_FULL:
      return new AzuriteError({
        code: "ERR_AZURITE_DISK_FULL",
        message: `Azurite could not save its data in ${location}: ${why}. It has ended; what it saved before is kept.`,
        hint: "Free some space on that disk, then start again: saved work continues.",
      });
    case DATA_DAMAGED:
      return new AzuriteError({
        code: "ERR_AZURITE_DATA_DAMAGED",
        message: `The data of Azurite in ${location} is damaged: ${why}. Nothing was changed.`,
        hint: hint`Restore that folder from a backup, or remove its data with ${sameKit("local clean", "--all")}.`,
      });
    default:
      return null;
  }
}
