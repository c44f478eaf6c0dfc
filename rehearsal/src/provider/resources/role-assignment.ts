import { randomUUID } from "node:crypto";
import { isUnknown } from "../dynamic-value.ts";
import { oneOf } from "./checks.ts";
import type { ResourceKind } from "./kind.ts";

const DEFINITIONS_API_VERSION = "2022-05-01-preview";

type RoleDefinition = { id: string; properties: { roleName: string } };

export const roleAssignment: ResourceKind = {
  type: "azurerm_role_assignment",
  title: "Role Assignment",
  apiVersion: "2022-04-01",
  idOf: (values) => `${values["scope"]}/providers/Microsoft.Authorization/roleAssignments/${values["name"]}`,
  defaults: {},
  fixed: ["name", "scope", "role_definition_id", "role_definition_name", "principal_id", "principal_type"],
  checks: [oneOf("principal_type", ["User", "Group", "ServicePrincipal"])],
  fields: [
    ["name", "name"],
    ["principal_id", "properties.principalId"],
    ["principal_type", "properties.principalType"],
    ["role_definition_id", "properties.roleDefinitionId"],
    ["scope", "properties.scope"],
    ["description", "properties.description"],
  ],
  choose: (planned) => {
    if (planned["name"] === null || isUnknown(planned["name"])) planned["name"] = randomUUID();
  },
  toBody: async (planned, { arm }) => {
    const scope = String(planned["scope"]);
    const name = String(planned["role_definition_name"]);
    const found = await arm.get(
      `${scope}/providers/Microsoft.Authorization/roleDefinitions?$filter=${encodeURIComponent(`roleName eq '${name}'`)}`,
      DEFINITIONS_API_VERSION,
    );
    const [definition] = (found?.["value"] ?? []) as RoleDefinition[];
    if (definition === undefined) throw new Error(`loading Role Definition List: could not find role '${name}'`);
    return { properties: { roleDefinitionId: definition.id } };
  },
  readMore: async () => ({ skip_service_principal_aad_check: null, condition_version: null }),
};
