locals {
  flex = var.plan == "flex"
  sku  = { flex = "FC1", consumption = "Y1", premium = var.premium_sku }[var.plan]

  # On Flex Consumption, azurerm 5.2 writes a connection string without a key next to the identity's settings, and the host uses
  # it (hashicorp/terraform-provider-azurerm, issues 29149 and 33211): an identity works only if that setting is removed afterwards.
  storage_access = coalesce(var.storage_access, local.flex && var.removes_keyless_settings ? "identity" : "key")
  identity       = local.storage_access == "identity"
}

# Azure cannot move an app between these plans, and the apps of two plans are two resources with the same name. Every resource that
# depends on the plan depends on this one, so that the old resources are removed before the new ones are created.
resource "terraform_data" "hosting" {
  triggers_replace = [var.plan]
}

resource "azurerm_resource_group" "this" {
  name     = local.group_name
  location = var.location
  tags     = local.tags
}

resource "azurerm_storage_account" "this" {
  name                             = local.storage_name
  resource_group_name              = azurerm_resource_group.this.name
  location                         = azurerm_resource_group.this.location
  account_tier                     = "Standard"
  account_replication_type         = var.storage_replication
  min_tls_version                  = "TLS1_2"
  https_traffic_only_enabled       = true
  allow_nested_items_to_be_public  = false
  cross_tenant_replication_enabled = false
  local_user_enabled               = false
  shared_access_key_enabled        = !local.identity
  tags                             = local.tags

  blob_properties {
    dynamic "delete_retention_policy" {
      for_each = var.blob_retention_days > 0 ? [var.blob_retention_days] : []
      content {
        days = delete_retention_policy.value
      }
    }

    dynamic "container_delete_retention_policy" {
      for_each = var.blob_retention_days > 0 ? [var.blob_retention_days] : []
      content {
        days = container_delete_retention_policy.value
      }
    }
  }
}

resource "azurerm_storage_container" "package" {
  count = local.flex ? 1 : 0

  name                  = local.package_storage
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = "private"
}

resource "azurerm_log_analytics_workspace" "this" {
  name                = "log-${local.app_name}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  sku                 = var.log_sku
  retention_in_days   = var.log_retention_days
  daily_quota_gb      = var.log_daily_cap_gb
  tags                = local.tags
}

resource "azurerm_application_insights" "this" {
  name                = "appi-${local.app_name}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  application_type    = "web"
  workspace_id        = azurerm_log_analytics_workspace.this.id
  tags                = local.tags
}

resource "azurerm_service_plan" "this" {
  name                         = "plan-${local.app_name}"
  resource_group_name          = azurerm_resource_group.this.name
  location                     = azurerm_resource_group.this.location
  os_type                      = "Linux"
  sku_name                     = local.sku
  maximum_elastic_worker_count = var.plan == "premium" ? var.premium_maximum_workers : null
  tags                         = local.tags

  lifecycle {
    replace_triggered_by = [terraform_data.hosting]
  }
}
