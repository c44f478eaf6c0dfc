variable "subscription_id" {
  description = "Azure subscription that everything is made in."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.subscription_id))
    error_message = "subscription_id must be a GUID, such as `az account show --query id` prints."
  }
}

variable "project" {
  description = "What the app is called: lower-case letters, digits and dashes. Part of every resource's name."
  type        = string
  default     = "same"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,14}[a-z0-9]$", var.project)) && !strcontains(var.project, "--")
    error_message = "project must be 2 to 16 lower-case letters, digits or single dashes, starting with a letter and not ending in a dash."
  }
}

variable "environment" {
  description = "Which deployment of the project this is, such as dev or prod."
  type        = string
  default     = "dev"

  validation {
    condition     = can(regex("^[a-z0-9]{1,8}$", var.environment))
    error_message = "environment must be 1 to 8 lower-case letters or digits."
  }
}

variable "location" {
  description = "Azure region, as `az account list-locations -o table` names it."
  type        = string
  default     = "westeurope"

  validation {
    condition     = can(regex("^[a-z0-9]{4,40}$", var.location))
    error_message = "location must be a region's short name, such as westeurope or eastus2."
  }
}

variable "plan" {
  description = "Hosting plan: flex (Flex Consumption), consumption (Linux Consumption, retires in 2028) or premium (Elastic Premium, billed while idle)."
  type        = string
  default     = "flex"

  validation {
    condition     = contains(["flex", "consumption", "premium"], var.plan)
    error_message = "plan must be flex, consumption or premium."
  }
}

variable "node_version" {
  description = "Node.js version of the app. Linux Consumption gets none after 22."
  type        = string
  default     = "22"

  validation {
    condition     = contains(["20", "22", "24"], var.node_version)
    error_message = "node_version must be 20, 22 or 24."
  }

  validation {
    condition     = var.plan != "consumption" || var.node_version != "24"
    error_message = "Linux Consumption offers no Node.js after 22. Choose node_version 22 or another plan."
  }
}

variable "names" {
  description = "Names to use instead of the computed ones; leave out what should be computed."
  type = object({
    app             = optional(string)
    resource_group  = optional(string)
    storage_account = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.names.app == null || can(regex("^[0-9a-zA-Z][0-9a-zA-Z-]{0,30}[0-9a-zA-Z]$", var.names.app))
    error_message = "names.app must be 2 to 32 letters, digits or dashes; a longer name makes two apps share one host id."
  }

  validation {
    condition     = var.names.resource_group == null || can(regex("^[-\\w._()]{0,89}[-\\w_()]$", var.names.resource_group))
    error_message = "names.resource_group must be 1 to 90 letters, digits or -._() and not end in a dot."
  }

  validation {
    condition     = var.names.storage_account == null || can(regex("^[a-z0-9]{3,24}$", var.names.storage_account))
    error_message = "names.storage_account must be 3 to 24 lower-case letters or digits."
  }
}

variable "tags" {
  description = "Tags on every resource, beside the same-kit:project and same-kit:environment that this module sets."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.tags) : !startswith(name, "same-kit:")])
    error_message = "Tags that start with same-kit: are set by this module."
  }
}

variable "app_settings" {
  description = "Further app settings, such as SAME_STEP_TIMEOUT. Values are kept out of what terraform prints."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true

  validation {
    condition     = length(setintersection(keys(var.app_settings), ["SAME_ACCESS_KEY", "AzureWebJobsStorage"])) == 0
    error_message = "SAME_ACCESS_KEY and AzureWebJobsStorage are set by this module."
  }
}

variable "access_key_generation" {
  description = "Raise or change it to make a new access key; clients with the old one are refused from the next apply on."
  type        = string
  default     = "1"
}

variable "allowed_ip_ranges" {
  description = "CIDR ranges that may call the app; empty means everyone who has the access key."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for range in var.allowed_ip_ranges : can(cidrhost(range, 0))])
    error_message = "allowed_ip_ranges must be CIDR ranges, such as 203.0.113.7/32."
  }
}

variable "deployer_ip_ranges" {
  description = "CIDR ranges that may publish packages; empty means everyone with the right to in Azure."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for range in var.deployer_ip_ranges : can(cidrhost(range, 0))])
    error_message = "deployer_ip_ranges must be CIDR ranges, such as 203.0.113.7/32."
  }
}

variable "storage_access" {
  description = "How the app reaches its storage account: key, or identity (needs the right to assign roles; not on Linux Consumption)."
  type        = string
  default     = "key"

  validation {
    condition     = contains(["key", "identity"], var.storage_access)
    error_message = "storage_access must be key or identity."
  }

  validation {
    condition     = var.storage_access == "key" || var.plan != "consumption"
    error_message = "Linux Consumption keeps its files in a share that only a key opens. Choose storage_access key or another plan."
  }
}

variable "instance_memory_mb" {
  description = "Memory of one Flex Consumption instance, in MB."
  type        = number
  default     = 2048

  validation {
    condition     = contains([512, 2048, 4096], var.instance_memory_mb)
    error_message = "instance_memory_mb must be 512, 2048 or 4096."
  }
}

variable "maximum_instances" {
  description = "How far Flex Consumption scales out."
  type        = number
  default     = 40

  validation {
    condition     = var.maximum_instances >= 1 && var.maximum_instances <= 1000 && floor(var.maximum_instances) == var.maximum_instances
    error_message = "maximum_instances must be a whole number from 1 to 1000."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = var.log_retention_days >= 30 && var.log_retention_days <= 730
    error_message = "log_retention_days must lie between 30 and 730."
  }
}

variable "register_resource_providers" {
  description = "Azure namespaces to register if they are not yet. Without the right to register, have them registered and pass []."
  type        = list(string)
  default     = ["Microsoft.Web", "Microsoft.Storage", "Microsoft.Insights", "Microsoft.OperationalInsights"]
  nullable    = false
}

variable "deployment_id" {
  description = "A mark that is unlike any other deployment's, written as the tag same-kit:deployment. `same-kit up` sets it, and touches nothing without it; null sets no tag."
  type        = string
  default     = null

  validation {
    condition     = var.deployment_id == null || can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.deployment_id))
    error_message = "deployment_id must be a UUID in lower case."
  }
}

variable "delete_group_contents" {
  description = "Delete the resource group even if it contains resources that terraform did not create. `same-kit` sets it, after it has checked that they are Azure's own."
  type        = bool
  default     = false
  nullable    = false
}

variable "recover" {
  description = "Adopt resources that an interrupted apply made but did not record."
  type        = bool
  default     = false
  nullable    = false
}

variable "metadata_host" {
  description = "Host (and port) of the cloud's metadata service; null is Azure's public cloud."
  type        = string
  default     = null
}
