# A deployment with plain terraform: a root module that uses the module above. Copy this folder and adapt it; `source` can be any
# module source of terraform.

variable "subscription_id" {
  description = "Azure subscription for all resources."
  type        = string
}

module "same" {
  source = "./.."

  subscription_id = var.subscription_id
}

output "app_name" {
  description = "Name of the function app."
  value       = module.same.app_name
}

output "host_name" {
  description = "Host name of the app."
  value       = module.same.host_name
}

output "app_id" {
  description = "Azure resource ID of the function app."
  value       = module.same.app_id
}

output "resource_group" {
  description = "Resource group that contains everything."
  value       = module.same.resource_group
}

output "plan" {
  description = "Hosting plan: flex, consumption or premium."
  value       = module.same.plan
}

output "storage_account" {
  description = "Storage account of the app."
  value       = module.same.storage_account
}

output "access_key" {
  description = "Key that clients of the app need."
  value       = module.same.access_key
  sensitive   = true
}
