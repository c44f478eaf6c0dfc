mock_provider "azurerm" {
  mock_resource "azurerm_storage_account" {
    defaults = {
      id                    = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stsame"
      primary_blob_endpoint = "https://stsame.blob.core.windows.net/"
      primary_access_key    = "a2V5"
    }
  }

  # Made-up IDs would not do: the provider looks at the shape of those that other resources are given.
  mock_resource "azurerm_log_analytics_workspace" {
    defaults = {
      id = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log"
    }
  }

  mock_resource "azurerm_service_plan" {
    defaults = {
      id = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Web/serverFarms/plan"
    }
  }

  mock_resource "azurerm_function_app_flex_consumption" {
    defaults = {
      default_hostname = "same.example.net"
    }
  }

  mock_resource "azurerm_linux_function_app" {
    defaults = {
      default_hostname = "same.example.net"
    }
  }

  mock_resource "azurerm_user_assigned_identity" {
    defaults = {
      id           = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
      client_id    = "22222222-2222-2222-2222-222222222222"
      principal_id = "33333333-3333-3333-3333-333333333333"
    }
  }
}

variables {
  subscription_id = "11111111-2222-3333-4444-555555555555"
}

run "flex_is_the_default" {
  assert {
    condition     = azurerm_service_plan.this.sku_name == "FC1" && output.plan == "flex"
    error_message = "Flex Consumption is the default."
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.this[0].storage_container_endpoint == "https://stsame.blob.core.windows.net/app-package"
    error_message = "Packages go to the container of this deployment."
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.this[0].https_only && !azurerm_function_app_flex_consumption.this[0].webdeploy_publish_basic_authentication_enabled
    error_message = "Only https, and no basic authentication for publishing."
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.this[0].app_settings["AzureFunctionsJobHost__functionTimeout"] == "-1"
    error_message = "The host does not end the worker while a step still has time."
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.this[0].app_settings["SAME_ACCESS_KEY"] == output.access_key && length(output.access_key) == 64
    error_message = "The app checks the key that the output names."
  }

  assert {
    condition     = output.host_name == "same.example.net"
    error_message = "The host name is the one that Azure gave."
  }
}

run "a_second_apply_keeps_the_key" {
  assert {
    condition     = output.access_key == run.flex_is_the_default.access_key
    error_message = "The access key must not change by itself."
  }
}

run "a_new_generation_makes_a_new_key" {
  variables {
    access_key_generation = "2"
  }

  assert {
    condition     = output.access_key != run.flex_is_the_default.access_key && length(output.access_key) == 64
    error_message = "Rotation must make another key."
  }
}

run "an_identity_replaces_the_keys" {
  variables {
    storage_access = "identity"
  }

  assert {
    condition     = !azurerm_storage_account.this.shared_access_key_enabled && length(azurerm_role_assignment.storage) == 3
    error_message = "With an identity no key is needed, and three roles on the account are."
  }

  assert {
    condition     = azurerm_function_app_flex_consumption.this[0].app_settings["AzureWebJobsStorage__clientId"] == "22222222-2222-2222-2222-222222222222"
    error_message = "The host must be told which identity to use."
  }
}

run "premium" {
  variables {
    plan = "premium"
  }

  assert {
    condition     = azurerm_service_plan.this.sku_name == "EP1" && length(azurerm_storage_container.package) == 0
    error_message = "Elastic Premium needs no package container."
  }

  assert {
    condition     = azurerm_linux_function_app.this[0].site_config[0].application_stack[0].node_version == "22"
    error_message = "The runtime is Node.js 22."
  }
}

run "consumption_with_restricted_addresses" {
  variables {
    plan               = "consumption"
    allowed_ip_ranges  = ["203.0.113.0/24", "198.51.100.7/32"]
    deployer_ip_ranges = ["203.0.113.9/32"]
  }

  assert {
    condition     = azurerm_linux_function_app.this[0].app_settings["AzureFunctionsJobHost__functionTimeout"] == "00:10:00" && azurerm_linux_function_app.this[0].app_settings["SAME_STEP_TIMEOUT"] == "570"
    error_message = "A step on Linux Consumption ends before the host's longest time does."
  }

  assert {
    condition     = azurerm_service_plan.this.sku_name == "Y1"
    error_message = "Linux Consumption is Y1."
  }

  assert {
    condition     = azurerm_linux_function_app.this[0].site_config[0].ip_restriction_default_action == "Deny" && length(azurerm_linux_function_app.this[0].site_config[0].ip_restriction) == 2
    error_message = "Two ranges may call, all others may not."
  }

  assert {
    condition     = azurerm_linux_function_app.this[0].site_config[0].scm_ip_restriction_default_action == "Deny"
    error_message = "Only the deployer may publish."
  }
}

run "tags_are_on_everything" {
  variables {
    tags = { team = "data" }
  }

  assert {
    condition     = azurerm_resource_group.this.tags["team"] == "data" && azurerm_resource_group.this.tags["same-kit:project"] == "same"
    error_message = "Own tags and ours stand beside each other."
  }
}
