resource "azurerm_function_app_flex_consumption" "this" {
  count = local.flex ? 1 : 0

  name                = local.app_name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  service_plan_id     = azurerm_service_plan.this.id

  storage_container_type            = "blobContainer"
  storage_container_endpoint        = "${azurerm_storage_account.this.primary_blob_endpoint}${azurerm_storage_container.package[0].name}"
  storage_authentication_type       = local.identity ? "UserAssignedIdentity" : "StorageAccountConnectionString"
  storage_access_key                = local.identity ? null : azurerm_storage_account.this.primary_access_key
  storage_user_assigned_identity_id = local.identity ? azurerm_user_assigned_identity.app[0].id : null

  runtime_name           = "node"
  runtime_version        = var.node_version
  instance_memory_in_mb  = var.instance_memory_mb
  maximum_instance_count = var.maximum_instances

  https_only                                     = true
  webdeploy_publish_basic_authentication_enabled = false

  # The provider sets the account's name itself if the plan allows it; on Flex it must be set here.
  app_settings = local.app_settings
  tags         = local.tags

  site_config {
    minimum_tls_version                    = "1.2"
    scm_minimum_tls_version                = "1.2"
    application_insights_connection_string = azurerm_application_insights.this.connection_string
    ip_restriction_default_action          = local.restrictions.allowed.default_action
    scm_ip_restriction_default_action      = local.restrictions.deployer.default_action

    dynamic "ip_restriction" {
      for_each = local.restrictions.allowed.rules
      iterator = rule
      content {
        name       = rule.value.name
        priority   = rule.value.priority
        action     = rule.value.action
        ip_address = rule.value.ip_address
        headers    = rule.value.headers
      }
    }

    dynamic "scm_ip_restriction" {
      for_each = local.restrictions.deployer.rules
      iterator = rule
      content {
        name       = rule.value.name
        priority   = rule.value.priority
        action     = rule.value.action
        ip_address = rule.value.ip_address
        headers    = rule.value.headers
      }
    }
  }

  dynamic "identity" {
    for_each = local.identity ? [azurerm_user_assigned_identity.app[0].id] : []
    content {
      type         = "UserAssigned"
      identity_ids = [identity.value]
    }
  }

  lifecycle {
    replace_triggered_by = [terraform_data.hosting]
  }

  depends_on = [azurerm_role_assignment.storage, terraform_data.hosting]
}

resource "azurerm_linux_function_app" "this" {
  count = local.flex ? 0 : 1

  name                = local.app_name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  service_plan_id     = azurerm_service_plan.this.id

  # No content_share_force_disabled: with an identity, azurerm creates no content share anyway. Because azurerm never reads that
  # argument back, every plan would set it again.
  storage_account_name          = azurerm_storage_account.this.name
  storage_account_access_key    = local.identity ? null : azurerm_storage_account.this.primary_access_key
  storage_uses_managed_identity = local.identity ? true : null

  https_only = true
  # Otherwise the provider sets AzureWebJobsDashboard, a second copy of the account's key.
  builtin_logging_enabled                        = false
  webdeploy_publish_basic_authentication_enabled = false
  ftp_publish_basic_authentication_enabled       = false

  # With an identity, the provider sets AzureWebJobsStorage__accountName itself.
  app_settings = { for name, value in local.app_settings : name => value if name != "AzureWebJobsStorage__accountName" }
  tags         = local.tags

  site_config {
    minimum_tls_version                    = "1.2"
    scm_minimum_tls_version                = "1.2"
    ftps_state                             = "Disabled"
    elastic_instance_minimum               = var.plan == "premium" ? var.premium_minimum_instances : null
    application_insights_connection_string = azurerm_application_insights.this.connection_string
    ip_restriction_default_action          = local.restrictions.allowed.default_action
    scm_ip_restriction_default_action      = local.restrictions.deployer.default_action

    application_stack {
      node_version = var.node_version
    }

    dynamic "ip_restriction" {
      for_each = local.restrictions.allowed.rules
      iterator = rule
      content {
        name       = rule.value.name
        priority   = rule.value.priority
        action     = rule.value.action
        ip_address = rule.value.ip_address
        headers    = rule.value.headers
      }
    }

    dynamic "scm_ip_restriction" {
      for_each = local.restrictions.deployer.rules
      iterator = rule
      content {
        name       = rule.value.name
        priority   = rule.value.priority
        action     = rule.value.action
        ip_address = rule.value.ip_address
        headers    = rule.value.headers
      }
    }
  }

  dynamic "identity" {
    for_each = local.identity ? [azurerm_user_assigned_identity.app[0].id] : []
    content {
      type         = "UserAssigned"
      identity_ids = [identity.value]
    }
  }

  lifecycle {
    # Publishing sets these; without this, the next apply would remove the package.
    ignore_changes       = [app_settings["WEBSITE_RUN_FROM_PACKAGE"], app_settings["WEBSITE_MOUNT_ENABLED"]]
    replace_triggered_by = [terraform_data.hosting]
  }

  depends_on = [azurerm_role_assignment.storage, terraform_data.hosting]
}

locals {
  app = local.flex ? azurerm_function_app_flex_consumption.this[0] : azurerm_linux_function_app.this[0]
}
