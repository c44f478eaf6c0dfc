import { oneOf, pattern, resourceId } from "./checks.ts";
import type { ResourceKind } from "./kind.ts";

// Terraform's names for Azure's None, Blob and Container.
const TO_AZURE: Readonly<Record<string, string>> = { private: "None", blob: "Blob", container: "Container" };
const FROM_AZURE = Object.fromEntries(Object.entries(TO_AZURE).map(([ours, azure]) => [azure, ours]));

const ACCOUNT_ID =
  "/subscriptions/{id}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{storageAccountName}";

export const storageContainer: ResourceKind = {
  type: "azurerm_storage_container",
  title: "Container",
  apiVersion: "2025-08-01",
  idOf: (values) => `${values["storage_account_id"]}/blobServices/default/containers/${values["name"]}`,
  defaults: { container_access_type: "private", encryption_scope_override_enabled: true },
  fixed: ["name", "storage_account_id", "default_encryption_scope", "encryption_scope_override_enabled"],
  checks: [
    pattern(
      "name",
      /^(\$root|\$web|(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9])$/,
      'only lowercase alphanumeric characters and hyphens allowed in "name": %q',
    ),
    oneOf("container_access_type", ["blob", "container", "private"]),
    resourceId("storage_account_id", "StorageAccount", ACCOUNT_ID),
  ],
  fields: [["name", "name"]],
  toBody: (planned) => ({ properties: { publicAccess: TO_AZURE[String(planned["container_access_type"])] } }),
  readMore: async (resource) => {
    const properties = (resource["properties"] ?? {}) as Record<string, unknown>;
    const [accountId = ""] = resource.id.split("/blobServices/");
    return {
      storage_account_id: accountId,
      container_access_type: FROM_AZURE[String(properties["publicAccess"] ?? "None")] ?? "private",
      has_immutability_policy: false,
      has_legal_hold: false,
      encryption_scope_override_enabled: true,
      default_encryption_scope: "$account-encryption-key",
      metadata: {},
      url: `https://${accountId.split("/").at(-1)}.blob.core.windows.net/${resource["name"]}`,
    };
  },
};
