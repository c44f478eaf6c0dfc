locals {
  flex     = var.plan == "flex"
  identity = var.storage_access == "identity"
  sku      = { flex = "FC1", consumption = "Y1", premium = "EP1" }[var.plan]
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
  account_replication_type         = "LRS"
  min_tls_version                  = "TLS1_2"
  https_traffic_only_enabled       = true
  allow_nested_items_to_be_public  = false
  cross_tenant_replication_enabled = false
  local_user_enabled               = false
  # Flex Consumption's own identity mode still writes a connection string without a key in azurerm 4.81 and 5.2, so
  # keys are the default way in; with storage_access = "identity" nothing needs them.
  shared_access_key_enabled = !local.identity
  tags                      = local.tags
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
  sku                 = "PerGB2018"
  retention_in_days   = var.log_retention_days
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
  maximum_elastic_worker_count = var.plan == "premium" ? 3 : null
  tags                         = local.tags
}
