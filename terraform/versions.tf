terraform {
  required_version = ">= 1.9.0"

  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
      # One major version, from the release that the module is tested with.
      version = ">= 5.2.0, < 6.0.0"
    }
  }
}
