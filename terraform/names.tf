locals {
  # The same inputs produce the same names again after a destroy; other inputs produce other names. Names of storage accounts and
  # apps must be globally unique.
  suffix = substr(sha256("${lower(var.subscription_id)}/${var.project}/${var.environment}"), 0, 6)

  app_name        = coalesce(lookup(var.names, "app", null), "${var.project}-${var.environment}-${local.suffix}")
  group_name      = coalesce(lookup(var.names, "resource_group", null), "rg-${local.app_name}")
  storage_name    = coalesce(lookup(var.names, "storage_account", null), "st${substr(replace("${var.project}${var.environment}", "-", ""), 0, 16)}${local.suffix}")
  package_storage = "app-package"

  # The deployment's mark distinguishes the resources that a state has created from those of others with the same name.
  mark = var.deployment_id == null ? {} : { "same-kit:deployment" = var.deployment_id }

  tags = merge(var.tags, local.mark, {
    "same-kit:project"     = var.project
    "same-kit:environment" = var.environment
  })
}
