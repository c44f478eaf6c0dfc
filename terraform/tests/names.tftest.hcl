mock_provider "azurerm" {}

variables {
  subscription_id = "11111111-2222-3333-4444-555555555555"
}

run "names_are_stable_and_valid" {
  command = plan

  assert {
    condition     = output.app_name == "same-dev-${substr(sha256("11111111-2222-3333-4444-555555555555/same/dev"), 0, 6)}"
    error_message = "The suffix must come from subscription, project and environment."
  }

  assert {
    condition     = can(regex("^[a-z0-9]{3,24}$", azurerm_storage_account.this.name))
    error_message = "The storage account's name must be valid."
  }
}

run "another_environment_gets_other_names" {
  command = plan

  variables {
    environment = "prod"
  }

  assert {
    condition     = !strcontains(output.app_name, substr(sha256("11111111-2222-3333-4444-555555555555/same/dev"), 0, 6))
    error_message = "Two environments must not share a suffix."
  }
}

run "the_longest_project_still_fits" {
  command = plan

  variables {
    project     = "a-project-as-lon"
    environment = "internal"
  }

  assert {
    condition     = length(output.app_name) <= 32
    error_message = "Longer app names share a host id."
  }

  assert {
    condition     = length(azurerm_storage_account.this.name) <= 24
    error_message = "Storage account names have at most 24 characters."
  }
}

run "given_names_win" {
  command = plan

  variables {
    names = { app = "my-app", storage_account = "mystorage" }
  }

  assert {
    condition     = output.app_name == "my-app" && output.storage_account == "mystorage" && output.resource_group == "rg-my-app"
    error_message = "Given names are used as they are."
  }
}

run "a_changed_letter_case_of_the_subscription_changes_nothing" {
  command = plan

  variables {
    subscription_id = "AAAAAAAA-2222-3333-4444-555555555555"
  }

  assert {
    condition     = output.app_name == "same-dev-${substr(sha256("aaaaaaaa-2222-3333-4444-555555555555/same/dev"), 0, 6)}"
    error_message = "GUIDs are compared without letter case."
  }
}

run "a_deployment_s_mark_is_a_tag_of_everything" {
  command = plan

  variables {
    deployment_id = "0b9f4b4e-55a2-4f6b-8f0b-0d6f2c1c9f10"
  }

  assert {
    condition     = azurerm_resource_group.this.tags["same-kit:deployment"] == var.deployment_id && azurerm_storage_account.this.tags["same-kit:deployment"] == var.deployment_id
    error_message = "The mark tells whose a resource is."
  }
}

run "without_a_mark_there_is_no_such_tag" {
  command = plan

  assert {
    condition     = !contains(keys(azurerm_resource_group.this.tags), "same-kit:deployment")
    error_message = "Plain terraform needs no mark."
  }
}
