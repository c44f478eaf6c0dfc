# The app's own key (244 random bits): anyone who has it can run code in the app. `triggers_replace` is the only attribute of a
# terraform_data that remains marked as sensitive: `input` is copied to `output`, which every plan and `show` would print.
# `ignore_changes` keeps the first value, because uuid() differs on every run; a new generation creates a new key.
resource "terraform_data" "access_key" {
  for_each = toset([var.access_key_generation])

  triggers_replace = sensitive(coalesce(var.access_key, replace("${uuid()}${uuid()}", "-", "")))

  lifecycle {
    ignore_changes = [triggers_replace]
  }
}

# A separate identity instead of the app's own: its roles are assigned before the app starts for the first time.
resource "azurerm_user_assigned_identity" "app" {
  count = local.identity ? 1 : 0

  name                = "id-${local.app_name}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags
}

# The roles that the Functions host (leases, packages) and Durable Functions (queues, tables) need, for this account only.
resource "azurerm_role_assignment" "storage" {
  for_each = local.identity ? toset(["Storage Blob Data Owner", "Storage Queue Data Contributor", "Storage Table Data Contributor"]) : toset([])

  scope                = azurerm_storage_account.this.id
  role_definition_name = each.value
  principal_id         = azurerm_user_assigned_identity.app[0].principal_id
  principal_type       = "ServicePrincipal"
}

locals {
  access_key = terraform_data.access_key[var.access_key_generation].triggers_replace

  identity_settings = local.identity ? {
    AzureWebJobsStorage__accountName = azurerm_storage_account.this.name
    AzureWebJobsStorage__credential  = "managedidentity"
    AzureWebJobsStorage__clientId    = azurerm_user_assigned_identity.app[0].client_id
  } : {}

  # A step has its own time limit, which ends it cleanly. The host's limit must be longer, because it ends the whole worker with all
  # steps that are running in it. Linux Consumption allows at most ten minutes, the other plans none.
  time_limits = {
    flex        = tomap({ AzureFunctionsJobHost__functionTimeout = "-1" })
    premium     = tomap({ AzureFunctionsJobHost__functionTimeout = "-1" })
    consumption = tomap({ AzureFunctionsJobHost__functionTimeout = "00:10:00", SAME_STEP_TIMEOUT = "570" })
  }[var.plan]

  app_settings = merge(local.time_limits, var.app_settings, local.identity_settings, { SAME_ACCESS_KEY = local.access_key })

  # One list of rules for the app, and one for its deployment service; each kind of app accepts both. `headers` is the value that
  # azurerm reads back if none are set: without it, every plan would report a change from outside.
  restrictions = {
    for purpose, ranges in { allowed = var.allowed_ip_ranges, deployer = var.deployer_ip_ranges } : purpose => {
      default_action                 = length(ranges) > 0 ? "Deny" : null
      rules = [for index, range in ranges : {
        name       = "${purpose}-${index}"
        priority   = 100 + index
        action     = "Allow"
        ip_address = range
        headers    = []
      }]
    }
  }
}
