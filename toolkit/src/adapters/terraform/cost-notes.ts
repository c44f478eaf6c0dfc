import { type Hint, hint, sameKit } from "@same-kit/shared";
import type { HostingPlan } from "../../hosting-plan.ts";

const PLAN_NOTES: Record<HostingPlan, string> = {
  flex: "Flex Consumption bills executions and the seconds they take: an idle app costs nothing.",
  consumption: "Linux Consumption bills executions and the seconds they take: an idle app costs nothing.",
  premium: "Elastic Premium bills at least one instance all the time, even when nothing runs.",
};

/**
 * The ongoing costs while the deployment exists. Prices are omitted, because they differ by region and change.
 *
 * @param variables - The module's variables with which terraform planned.
 */
export function costNotes(variables: Record<string, unknown>): Hint[] {
  return [
    PLAN_NOTES[variables["plan"] as HostingPlan],
    "Durable Functions polls its storage queues while the app is awake: storage operations are billed.",
    `Application Insights bills each GB of logs; they are kept for ${variables["log_retention_days"]} days.`,
    hint`${sameKit("down")} removes everything.`,
  ];
}
