import { applicationInsights } from "./application-insights.ts";
import { flexFunctionApp } from "./flex-function-app.ts";
import type { ResourceKind } from "./kind.ts";
import { linuxFunctionApp } from "./linux-function-app.ts";
import { logAnalyticsWorkspace } from "./log-analytics-workspace.ts";
import { resourceGroup } from "./resource-group.ts";
import { roleAssignment } from "./role-assignment.ts";
import { servicePlan } from "./service-plan.ts";
import { storageAccount } from "./storage-account.ts";
import { storageContainer } from "./storage-container.ts";
import { userAssignedIdentity } from "./user-assigned-identity.ts";

const KINDS: readonly ResourceKind[] = [
  resourceGroup,
  storageAccount,
  storageContainer,
  logAnalyticsWorkspace,
  applicationInsights,
  servicePlan,
  flexFunctionApp,
  linuxFunctionApp,
  userAssignedIdentity,
  roleAssignment,
];

const byType = new Map(KINDS.map((kind) => [kind.type, kind]));

/** @throws Error for a type that is in the schema but that the stand-in cannot create. */
export function kindOf(type: string): ResourceKind {
  const kind = byType.get(type);
  if (kind === undefined) throw new Error(`the stand-in provider does not know how to create ${type}`);
  return kind;
}
