import type { ArmClient } from "../adapters/azure/arm.ts";
import type { SignedIn } from "../adapters/azure/sign-in.ts";

/** A resource as Azure lists it. */
export type FoundResource = {
  id: string;
  name: string;
  type: string;
  location?: string;
  tags?: Readonly<Record<string, string>>;
};

export type FoundGroup = FoundResource & { resources: readonly FoundResource[] };

/** The tags that the terraform module sets on every resource that supports tags. */
export const TAGS = {
  project: "same-kit:project",
  environment: "same-kit:environment",
  /** The mark, unique to the deployment. */
  deployment: "same-kit:deployment",
} as const;

const GROUP_API = "2022-09-01";
const RESOURCES_API = "2021-04-01";

/** A resource group with its contents; null if there is none with that ID. */
export async function findGroup(arm: ArmClient, id: string): Promise<FoundGroup | null> {
  const group = (await arm.find(id, GROUP_API)) as FoundResource | null;
  if (group === null) return null;
  return { ...group, id, resources: (await arm.list<FoundResource>(`${id}/resources`, RESOURCES_API)) ?? [] };
}

/** Whether the group exists, without its contents. */
export async function groupExists(arm: ArmClient, id: string): Promise<boolean> {
  return (await arm.find(id, GROUP_API)) !== null;
}

/** Starts the deletion of a group and all its contents. */
export async function deleteGroup(arm: ArmClient, id: string): Promise<void> {
  await arm.delete(id, GROUP_API);
}

/** Resource groups of the subscription that have this tag with this value. */
export async function findTaggedGroups(
  { arm, subscriptionId }: SignedIn,
  tag: string,
  value: string,
): Promise<FoundResource[]> {
  const filter = encodeURIComponent(`tagName eq '${tag}' and tagValue eq '${value}'`);
  const path = `/subscriptions/${subscriptionId}/resourcegroups?$filter=${filter}`;
  return (await arm.list<FoundResource>(path, RESOURCES_API)) ?? [];
}

/** The ID of the top-level resource that an ID names or is below, as Azure lists it in the group; null for a group. */
export function topLevelId(id: string): string | null {
  return /^.*?\/resourceGroups\/[^/]+\/providers\/[^/]+\/[^/]+\/[^/]+/i.exec(id)?.[0] ?? null;
}

// Azure itself adds these next to Application Insights, up to an hour later.
const AZURES_OWN: readonly { type: string; name: RegExp }[] = [
  { type: "microsoft.alertsmanagement/smartdetectoralertrules", name: /^Failure Anomalies - / },
  { type: "microsoft.insights/actiongroups", name: /^Application Insights Smart Detection/ },
];

export function isAzuresOwn({ name, type }: FoundResource): boolean {
  return AZURES_OWN.some((it) => it.type === type.toLowerCase() && it.name.test(name));
}

export function describeResources(resources: readonly FoundResource[]): string {
  return resources.map(({ name, type }) => `${name} (${type})`).join(", ");
}

export function groupIdOf({ subscriptionId }: SignedIn, name: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${name}`;
}
