variable "subscription_id" {
  description = "Azure subscription for all resources."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", var.subscription_id))
    error_message = "subscription_id must be a GUID, such as `az account show --query id` prints."
  }
}

variable "project" {
  description = "Name of the app: lower-case letters, digits and dashes. Part of every resource's name."
  type        = string
  default     = "same"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,14}[a-z0-9]$", var.project)) && !strcontains(var.project, "--")
    error_message = "project must be 2 to 16 lower-case letters, digits or single dashes, starting with a letter and not ending in a dash."
  }
}

variable "environment" {
  description = "Name of this deployment of the project, such as dev or prod."
  type        = string
  default     = "dev"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]{1,8}$", var.environment))
    error_message = "environment must be 1 to 8 lower-case letters or digits."
  }
}

variable "location" {
  description = "Azure region, as `az account list-locations -o table` names it."
  type        = string
  default     = "westeurope"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]{4,40}$", var.location))
    error_message = "location must be a region's short name, such as westeurope or eastus2."
  }
}

variable "plan" {
  description = "Hosting plan: flex (Flex Consumption), consumption (Linux Consumption, retires in 2028) or premium (Elastic Premium, billed while idle)."
  type        = string
  default     = "flex"
  nullable    = false

  validation {
    condition     = contains(["flex", "consumption", "premium"], var.plan)
    error_message = "plan must be flex, consumption or premium."
  }
}

variable "node_version" {
  description = "Node.js version of the app. Linux Consumption supports none after 22."
  type        = string
  default     = "22"
  nullable    = false

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
  description = "Names to use instead of the computed ones, by app, resource_group and storage_account; omit those that should be computed."
  # Not an object: terraform silently drops unknown attributes of an object, so a mistyped key would have no effect.
  type     = map(string)
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.names), ["app", "resource_group", "storage_account"])) == 0
    error_message = "names may contain app, resource_group and storage_account, not ${join(", ", setsubtract(keys(var.names), ["app", "resource_group", "storage_account"]))}."
  }

  validation {
    condition     = lookup(var.names, "app", null) == null || can(regex("^[0-9a-zA-Z][0-9a-zA-Z-]{0,30}[0-9a-zA-Z]$", var.names.app))
    error_message = "names.app must be 2 to 32 letters, digits or dashes; a longer name makes two apps share one host id."
  }

  validation {
    condition     = lookup(var.names, "resource_group", null) == null || can(regex("^[-\\w._()]{0,89}[-\\w_()]$", var.names.resource_group))
    error_message = "names.resource_group must be 1 to 90 letters, digits or -._() and not end in a dot."
  }

  validation {
    condition     = lookup(var.names, "storage_account", null) == null || can(regex("^[a-z0-9]{3,24}$", var.names.storage_account))
    error_message = "names.storage_account must be 3 to 24 lower-case letters or digits."
  }
}

variable "tags" {
  description = "Tags on every resource, in addition to same-kit:project and same-kit:environment, which this module sets."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.tags) : !startswith(name, "same-kit:")])
    error_message = "Tags that start with same-kit: are set by this module."
  }
}

variable "app_settings" {
  description = "Additional app settings, such as SAME_STEP_TIMEOUT. Terraform does not print the values."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true

  validation {
    condition     = length(setintersection(keys(var.app_settings), ["SAME_ACCESS_KEY", "AzureWebJobsStorage"])) == 0
    error_message = "SAME_ACCESS_KEY and AzureWebJobsStorage are set by this module."
  }
}

variable "access_key" {
  description = "The initial access key, for example of an app that is taken over; null generates one. Later values have an effect only with another access_key_generation."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = var.access_key == null || can(regex("^[0-9A-Za-z_-]{32,128}$", var.access_key))
    error_message = "access_key must be 32 to 128 letters, digits, dashes or underscores."
  }
}

variable "access_key_generation" {
  description = "Change it to create a new access key; from the next apply on, clients with the old key are refused."
  type        = string
  default     = "1"
  nullable    = false
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
  description = "CIDR ranges that may publish packages; empty means everyone with the permission in Azure."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for range in var.deployer_ip_ranges : can(cidrhost(range, 0))])
    error_message = "deployer_ip_ranges must be CIDR ranges, such as 203.0.113.7/32."
  }
}

variable "storage_access" {
  description = "How the app accesses its storage account: key, or identity (requires permission to assign roles; not on Linux Consumption). Null: identity on Flex Consumption if removes_keyless_settings is true, otherwise key."
  type        = string
  default     = null

  validation {
    condition     = var.storage_access == null ? true : contains(["key", "identity"], var.storage_access)
    error_message = "storage_access must be key or identity."
  }

  validation {
    condition     = var.storage_access != "identity" || var.plan != "consumption"
    error_message = "Linux Consumption keeps its files in a share that only a key opens. Choose storage_access key or another plan."
  }
}

variable "removes_keyless_settings" {
  description = "Whether the tool that applies this module removes the app setting AzureWebJobsStorage afterwards if it contains no key, as `same-kit up` does. azurerm 5.2 writes such a setting on Flex Consumption, and the app does not start with it."
  type        = bool
  default     = false
  nullable    = false
}

variable "storage_replication" {
  description = "Replication of the storage account: LRS, ZRS, GRS, RAGRS, GZRS or RAGZRS."
  type        = string
  default     = "LRS"
  nullable    = false

  validation {
    condition     = contains(["LRS", "ZRS", "GRS", "RAGRS", "GZRS", "RAGZRS"], var.storage_replication)
    error_message = "storage_replication must be LRS, ZRS, GRS, RAGRS, GZRS or RAGZRS."
  }
}

variable "blob_retention_days" {
  description = "Days during which deleted blobs and containers can be restored; 0 deletes them immediately."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.blob_retention_days >= 0 && var.blob_retention_days <= 365 && floor(var.blob_retention_days) == var.blob_retention_days
    error_message = "blob_retention_days must be a whole number from 0 to 365."
  }
}

variable "instance_memory_mb" {
  description = "Memory of one Flex Consumption instance, in MB."
  type        = number
  default     = 2048
  nullable    = false

  validation {
    condition     = contains([512, 2048, 4096], var.instance_memory_mb)
    error_message = "instance_memory_mb must be 512, 2048 or 4096."
  }
}

variable "maximum_instances" {
  description = "Maximum number of Flex Consumption instances."
  type        = number
  default     = 40
  nullable    = false

  validation {
    condition     = var.maximum_instances >= 1 && var.maximum_instances <= 1000 && floor(var.maximum_instances) == var.maximum_instances
    error_message = "maximum_instances must be a whole number from 1 to 1000."
  }
}

variable "log_retention_days" {
  description = "How many days logs are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.log_retention_days >= 30 && var.log_retention_days <= 730 && floor(var.log_retention_days) == var.log_retention_days
    error_message = "log_retention_days must be a whole number from 30 to 730."
  }
}

variable "log_daily_cap_gb" {
  description = "Gigabytes of logs per day, after which Azure drops further logs until the next day; -1 for no limit."
  type        = number
  default     = -1
  nullable    = false

  validation {
    condition     = var.log_daily_cap_gb == -1 || var.log_daily_cap_gb > 0
    error_message = "log_daily_cap_gb must be more than 0, or -1 for no limit."
  }
}

variable "deployment_id" {
  description = "A mark that is unique to the deployment, written as the tag same-kit:deployment. `same-kit up` sets it, and only changes resources that have it; null sets no tag."
  type        = string
  default     = null

  validation {
    condition     = var.deployment_id == null || can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.deployment_id))
    error_message = "deployment_id must be a UUID in lower case."
  }
}

variable "log_sku" {
  description = "Pricing of the Log Analytics workspace."
  type        = string
  default     = "PerGB2018"
  nullable    = false
}

variable "premium_sku" {
  description = "Size of an Elastic Premium instance: EP1, EP2 or EP3."
  type        = string
  default     = "EP1"
  nullable    = false

  validation {
    condition     = contains(["EP1", "EP2", "EP3"], var.premium_sku)
    error_message = "premium_sku must be EP1, EP2 or EP3."
  }
}

variable "premium_minimum_instances" {
  description = "Number of instances that Elastic Premium keeps, and bills, even when nothing runs."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.premium_minimum_instances >= 1 && var.premium_minimum_instances <= 20 && floor(var.premium_minimum_instances) == var.premium_minimum_instances
    error_message = "premium_minimum_instances must be a whole number from 1 to 20."
  }
}

variable "premium_maximum_workers" {
  description = "Maximum number of Elastic Premium workers."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.premium_maximum_workers >= var.premium_minimum_instances && var.premium_maximum_workers <= 100 && floor(var.premium_maximum_workers) == var.premium_maximum_workers
    error_message = "premium_maximum_workers must be a whole number from premium_minimum_instances to 100."
  }
}
