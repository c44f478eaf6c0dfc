import path from "node:path";
import { type Claim, claim, isClaimed, withFileLock } from "@same-kit/shared";

/** This process's use of a task hub. */
type HubClaim = Claim & { hubName: string };

/**
 * Records that this process works on a hub. Two hosts on one hub share its work: a step of one host's run may be
 * executed by the other, with other settings, and is restarted when that host ends.
 *
 * @param needsOwnHub - Takes the first of `hub`, `hubx2`, `hubx3` … that no living process of this state folder uses.
 */
export async function claimHub(hubsDir: string, hubName: string, needsOwnHub: boolean): Promise<HubClaim> {
  return withFileLock(path.join(hubsDir, "lock"), async () => {
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? hubName : `${hubName}x${number}`;
      const dir = path.join(hubsDir, name);
      if (needsOwnHub && (await isClaimed(dir))) continue;
      return { ...(await claim(dir)), hubName: name };
    }
  });
}
