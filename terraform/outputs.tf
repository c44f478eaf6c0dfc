output "app_name" {
  description = "Name of the function app."
  value       = local.app.name
}

output "host_name" {
  description = "Host name of the app."
  value       = local.app.default_hostname
}

output "app_id" {
  description = "Azure resource ID of the function app."
  value       = local.app.id
}

output "resource_group" {
  description = "Resource group that contains everything."
  value       = azurerm_resource_group.this.name
}

output "plan" {
  description = "Hosting plan: flex, consumption or premium."
  value       = var.plan
}

output "storage_account" {
  description = "Storage account of the app."
  value       = azurerm_storage_account.this.name
}

output "deployment_id" {
  description = "The mark that `same-kit up` set on the deployment; null if there is none."
  value       = var.deployment_id
}

output "access_key" {
  description = "Key that clients of the app need; the only secret among the outputs."
  value       = local.access_key
  sensitive   = true
}
