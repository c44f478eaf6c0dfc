# How terraform reaches Azure. The module has no provider of its own, so that it can be used within other configurations; this
# file is what `same-kit up` puts beside it, and what a standalone deployment uses.

variable "register_resource_providers" {
  description = "Azure namespaces to register if they are not yet. Without the right to register, have them registered and pass []."
  type        = list(string)
  default     = ["Microsoft.Web", "Microsoft.Storage", "Microsoft.Insights", "Microsoft.OperationalInsights", "Microsoft.ManagedIdentity"]
  nullable    = false
}

variable "recover" {
  description = "Adopt resources that an interrupted apply made but did not record."
  type        = bool
  default     = false
  nullable    = false
}

variable "delete_group_contents" {
  description = "Delete the resource group with whatever else it holds. Azure adds an alert rule to it on its own, up to an hour after the deployment; until that is removed, a destroy stops without this."
  type        = bool
  default     = false
  nullable    = false
}

variable "metadata_host" {
  description = "Host (and port) of the cloud's metadata service; null is Azure's public cloud."
  type        = string
  default     = null
}

provider "azurerm" {
  features {
    # Lets an apply adopt what an interrupted one left behind. Never leave it on: creates become overwrites. `same-kit up` never
    # sets it: it imports, once it knows whose a resource is.
    skip_import_check_on_create_and_allow_overwriting_existing_resources = var.recover

    resource_group {
      prevent_deletion_if_contains_resources = !var.delete_group_contents
    }

    log_analytics_workspace {
      # A soft-deleted workspace would keep its name.
      permanently_delete_on_destroy = true
    }

    storage {
      # Everything here is made through Azure Resource Manager; the data plane would need rights of its own.
      data_plane_available = false
    }
  }

  subscription_id                 = var.subscription_id
  metadata_host                   = var.metadata_host
  resource_provider_registrations = "none"
  resource_providers_to_register  = var.register_resource_providers
  storage_use_azuread             = true
}
