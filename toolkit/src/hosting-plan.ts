/** The hosting plans that the terraform module supports. */
const HOSTING_PLANS = ["flex", "consumption", "premium"] as const;

export type HostingPlan = (typeof HOSTING_PLANS)[number];
