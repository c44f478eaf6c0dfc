# The provider configuration. The module itself contains none, so that it can be used in other configurations. `same-kit up` adds this
# file to the module, and a standalone deployment uses it.

variable "register_resource_providers" {
  description = "Azure namespaces to register if they are not registered yet. If you may not register them, ask an administrator to do so and pass []."
  type        = list(string)
  default     = ["Microsoft.Web", "Microsoft.Storage", "Microsoft.Insights", "Microsoft.OperationalInsights", "Microsoft.ManagedIdentity"]
  nullable    = false
}

variable "recover" {
  description = "Adopt resources that an interrupted apply created but did not record."
  type        = bool
  default     = false
  nullable    = false
}

variable "delete_group_contents" {
  description = "Delete the resource group with everything else in it. Azure itself adds an alert rule to the group, up to an hour after the deployment; while the rule exists, a destroy fails without this setting."
  type        = bool
  default     = false
  nullable    = false
}

variable "metadata_host" {
  description = "Host (and port) of the cloud's metadata service; null: Azure's public cloud."
  type        = string
  default     = null
}

provider "azurerm" {
  features {
    # Lets an apply adopt what an interrupted one left behind. Never leave it on: creating a resource then overwrites an existing
    # one. `same-kit up` never sets it: it imports a resource after checking its owner.
    skip_import_check_on_create_and_allow_overwriting_existing_resources = var.recover

    resource_group {
      prevent_deletion_if_contains_resources = !var.delete_group_contents
    }

    log_analytics_workspace {
      # A soft-deleted workspace would keep its name.
      permanently_delete_on_destroy = true
    }

    storage {
      # Everything here is created through Azure Resource Manager; the data plane would need separate permissions.
      data_plane_available = false
    }
  }

  subscription_id                 = var.subscription_id
  metadata_host                   = var.metadata_host
  resource_provider_registrations = "none"
  resource_providers_to_register  = var.register_resource_providers
  storage_use_azuread             = true
}
