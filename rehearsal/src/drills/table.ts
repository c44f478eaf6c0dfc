// Every failure that `--rehearse --fail CASE` can play. Which case of docs/failures.md a drill belongs to is recorded
// only in the toolkit's failure catalog.
import { DEPLOYMENT_SERVICE_DRILLS } from "./deployment-service.ts";
import type { Drill } from "./drill.ts";
import { MACHINE_DRILLS } from "./machine.ts";
import { RESOURCE_MANAGER_DRILLS } from "./resource-manager.ts";
import { SITE_DRILLS } from "./site.ts";
import { TERRAFORM_DRILLS } from "./terraform.ts";

export const DRILLS = {
  ...MACHINE_DRILLS,
  ...RESOURCE_MANAGER_DRILLS,
  ...TERRAFORM_DRILLS,
  ...DEPLOYMENT_SERVICE_DRILLS,
  ...SITE_DRILLS,
} as const satisfies Record<string, Drill>;

export type DrillName = keyof typeof DRILLS;

/** An active drill; `times` as in {@link Drill}. */
export type ActiveDrill = { name: DrillName; times: number };

/**
 * Parses `CASE`, or `CASE:always` for a drill that would otherwise stop after a few tries.
 *
 * @returns null if there is no drill of that name.
 */
export function parseDrill(text: string): ActiveDrill | null {
  const [name = "", suffix] = text.split(":");
  if (!Object.hasOwn(DRILLS, name) || (suffix !== undefined && suffix !== "always")) return null;
  const known: Drill = DRILLS[name as DrillName];
  return {
    name: name as DrillName,
    times: suffix === "always" ? Number.POSITIVE_INFINITY : (known.times ?? Number.POSITIVE_INFINITY),
  };
}
