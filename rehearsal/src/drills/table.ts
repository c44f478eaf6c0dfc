// Everything that `--rehearse --fail CASE` can play. Which case of docs/failures.md a drill belongs to is written in the failure
// catalogue of the toolkit, and nowhere else.
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

/** One drill switched on; `times` as in {@link Drill}. */
export type ActiveDrill = { name: DrillName; times: number };

/**
 * `CASE`, or `CASE:always` for a drill that would pass after a few tries.
 *
 * @returns null for a name that no drill has.
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
