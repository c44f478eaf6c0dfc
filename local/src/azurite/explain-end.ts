import { hint, sameKit } from "@same-kit/shared";
import { DATA_DAMAGED, DISK_FULL } from "./child/exit-codes.ts";
import { AzuriteError } from "./errors.ts";

/**
 * What a person can do about an end of Azurite that has a cause outside of it; null for any other.
 *
 * @param location - Where its data lies; null: in memory.
 */
export function explainEnd(
  code: number | null,
  location: string | null,
  lastOutput: readonly string[],
): AzuriteError | null {
  const [why = "It did not say more."] = lastOutput;
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
