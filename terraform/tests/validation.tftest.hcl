mock_provider "azurerm" {}

variables {
  subscription_id = "11111111-2222-3333-4444-555555555555"
}

run "a_subscription_is_a_guid" {
  command = plan
  variables {
    subscription_id = "my-subscription"
  }
  expect_failures = [var.subscription_id]
}

run "a_project_has_no_capitals" {
  command = plan
  variables {
    project = "Same"
  }
  expect_failures = [var.project]
}

run "an_environment_is_short" {
  command = plan
  variables {
    environment = "pre-production"
  }
  expect_failures = [var.environment]
}

run "a_location_is_a_short_name" {
  command = plan
  variables {
    location = "West Europe"
  }
  expect_failures = [var.location]
}

run "there_are_three_plans" {
  command = plan
  variables {
    plan = "dedicated"
  }
  expect_failures = [var.plan]
}

run "linux_consumption_ends_at_node_22" {
  command = plan
  variables {
    plan         = "consumption"
    node_version = "24"
  }
  expect_failures = [var.node_version]
}

run "linux_consumption_needs_keys" {
  command = plan
  variables {
    plan           = "consumption"
    storage_access = "identity"
  }
  expect_failures = [var.storage_access]
}

run "names_are_checked" {
  command = plan
  variables {
    names = { storage_account = "Not-Valid" }
  }
  expect_failures = [var.names]
}

run "own_settings_do_not_replace_ours" {
  command = plan
  variables {
    app_settings = { SAME_ACCESS_KEY = "mine" }
  }
  expect_failures = [var.app_settings]
}

run "our_tags_are_ours" {
  command = plan
  variables {
    tags = { "same-kit:project" = "x" }
  }
  expect_failures = [var.tags]
}

run "addresses_are_ranges" {
  command = plan
  variables {
    allowed_ip_ranges  = ["203.0.113.7"]
    deployer_ip_ranges = ["everyone"]
  }
  expect_failures = [var.allowed_ip_ranges, var.deployer_ip_ranges]
}

run "sizes_are_those_of_the_plan" {
  command = plan
  variables {
    instance_memory_mb = 1024
    maximum_instances  = 0
    log_retention_days = 7
  }
  expect_failures = [var.instance_memory_mb, var.maximum_instances, var.log_retention_days]
}
