terraform {
  required_version = ">= 1.9.0"

  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
      # Both majors accept this module; an upgrade from 4.81 to 5.x plans no change.
      version = ">= 4.78.0, < 6.0.0"
    }
  }
}

provider "azurerm" {
  features {
    # Lets an apply adopt what an interrupted one left behind. Never leave it on: creates become overwrites.
    skip_import_check_on_create_and_allow_overwriting_existing_resources = var.recover

    resource_group {
      # Azure adds alert rules to the group on its own, up to an hour later: plain terraform then asks to remove them first.
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
