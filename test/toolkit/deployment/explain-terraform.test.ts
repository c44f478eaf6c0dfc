import { describe, expect, test } from "vitest";
import { hintText } from "../../../shared/src/index.ts";
import { TerraformError } from "../../../toolkit/src/adapters/terraform/terraform-error.ts";
import { type DeploymentFacts, explainTerraformError } from "../../../toolkit/src/deployment/explain-terraform.ts";

const FACTS: DeploymentFacts = {
  subscriptionId: "603a7204-7d0c-4042-abdf-ce788e02a352",
  user: "ada@example.org",
  location: "westeurope",
  plan: "flex",
  terraformDir: "/state/terraform",
  done: 0,
  planned: 8,
  variableFiles: [],
};

function failed(summary: string, { command = "apply", detail = "" } = {}): TerraformError {
  const errors = [{ severity: "error" as const, summary, detail, address: null, place: null }];
  return new TerraformError(command, { exitCode: 1, stdout: "", stderr: "", errors, correlationId: "c0ffee" });
}

const explain = (summary: string, facts: Partial<DeploymentFacts> = {}) =>
  explainTerraformError(failed(summary), { ...FACTS, ...facts });

// Messages as printed by terraform and azurerm.
const CASES: readonly [string, string, RegExp][] = [
  [
    "ERR_PREFLIGHT_AZ_MISSING",
    'could not configure AzureCli Authorizer: could not parse Azure CLI version: launching Azure CLI: exec: "az": executable file not found in $PATH',
    /Azure CLI was not found/,
  ],
  [
    "ERR_PREFLIGHT_NOT_SIGNED_IN",
    "obtaining account details: running Azure CLI: exit status 1: ERROR: Please run 'az login' to setup account.",
    /not signed in/,
  ],
  [
    "ERR_PREFLIGHT_SESSION_EXPIRED",
    "clientCredentialsToken: received HTTP status 401 with response: AADSTS70043: The refresh token has expired",
    /expired \(AADSTS70043\)/,
  ],
  [
    "ERR_PREFLIGHT_SUBSCRIPTION",
    "building account: unable to configure ResourceManagerAccount: subscription ID could not be determined and was not specified",
    /603a7204.* is not usable for ada@example\.org/,
  ],
  ["ERR_PREFLIGHT_SUBSCRIPTION", 'the provided subscription ID "603a7204" is not known by Azure CLI', /is not usable/],
  [
    "ERR_PROVISION_QUOTA",
    'creating Service Plan: unexpected status 401 (401 Unauthorized) with response: {"Code":"Unauthorized","Message":"Operation cannot be completed without additional quota. \\r\\nCurrent Limit (Dynamic VMs): 0"}',
    /no quota for the flex plan in westeurope/,
  ],
  ["ERR_PROVISION_QUOTA", "This region has quota of 0 instances for your subscription.", /not a sign-in problem/],
  [
    "ERR_PROVISION_FORBIDDEN",
    "unexpected status 403 (403 Forbidden) with error: AuthorizationFailed: The client 'x' does not have authorization to perform action 'Microsoft.Web/sites/write' over scope '/subscriptions/s' or the scope is invalid.",
    /ada@example\.org may not do Microsoft\.Web\/sites\/write on \/subscriptions\/s/,
  ],
  [
    "ERR_PROVISION_POLICY",
    "unexpected status 403 with error: RequestDisallowedByPolicy: Resource 'st' was disallowed by policy.",
    /policy of your organisation forbids this: .*'st' was disallowed/,
  ],
  [
    "ERR_PROVISION_NOT_REGISTERED",
    "unexpected status 409 with error: MissingSubscriptionRegistration: The subscription is not registered to use namespace 'Microsoft.OperationalInsights'.",
    /^Microsoft\.OperationalInsights is not registered/,
  ],
  [
    "ERR_PROVISION_NAME_TAKEN",
    'the Site Name "same" failed the availability check: Hostname already exists.',
    /A name is taken/,
  ],
  [
    "ERR_PROVISION_NAME_TAKEN",
    'unexpected status 409 with response: {"Details":[{"ErrorEntity":{"ExtendedCode":"54001"}}]}',
    /taken/,
  ],
  ["ERR_PROVISION_NAME_TAKEN", "unexpected status 409 with error: StorageAccountAlreadyTaken: taken", /global/],
  [
    "ERR_PROVISION_NOT_IN_STATE",
    'a resource with the ID "/subscriptions/s/resourceGroups/other" already exists - to be managed via Terraform this resource needs to be imported into the State.',
    /resourceGroups\/other exists but is not in the state/,
  ],
  [
    "ERR_PROVISION_REGION",
    "unexpected status 400 with error: LocationNotAvailableForResourceType: no",
    /does not offer the flex plan/,
  ],
  [
    "ERR_PROVISION_REGION",
    "unexpected status 400 with error: LocationNotAvailableForResourceGroup: no",
    /Azure has no region westeurope/,
  ],
  [
    "ERR_PROVISION_REGION",
    '"atlantis" was not found in the list of supported Azure Locations: "eastus,westeurope"',
    /Azure has no region/,
  ],
  ["ERR_PROVISION_PLAN_MIX", "This pricing tier isn't allowed in this resource group.", /cannot coexist/],
  ["ERR_PROVISION_PLAN_MIX", "This pricing tier is not allowed in this resource group.", /cannot coexist/],
  [
    "ERR_PROVISION_SETTING_REFUSED",
    '{"ErrorEntity":{"ExtendedCode":"51021","Message":"FtpsState"}}',
    /\(51021\): .*FtpsState/,
  ],
  [
    "ERR_PROVISION_PROVIDER_UNAVAILABLE",
    "Failed to query available provider packages",
    /could not get the azurerm provider/,
  ],
  [
    "ERR_PROVISION_LOCK_FILE",
    "the local package for registry.terraform.io/hashicorp/azurerm 5.2.0 doesn't match any of the checksums previously recorded in the dependency lock file",
    /differs from the one that the lock file pins/,
  ],
  ["ERR_PREFLIGHT_TERRAFORM_OLD", "Unsupported Terraform Core version", /too old/],
  [
    "ERR_PROVISION_STATE_DAMAGED",
    'Error acquiring the state lock\nError message: 2 problems:\n\n- Unsupported state file format: The state file could not be parsed as JSON: syntax error at byte offset 3.\n- Unsupported state file format: The state file does not have a "version" attribute.\n\nTerraform acquires a state lock to protect the state from being written by multiple users.',
    /^Terraform's state is damaged: The state file could not be parsed as JSON: syntax error at byte offset 3\./,
  ],
  [
    "ERR_PROVISION_STATE_DAMAGED",
    "Failed to refresh state: Unsupported state file format: The state file uses format version 9, which is not supported by Terraform 1.11.4.",
    /uses format version 9/,
  ],
  [
    "ERR_PROVISION_STATE_LOCKED",
    "Error acquiring the state lock\nLock Info:\n  ID:        8d6e5b5a-5f0f-4a53-8c8f-1d6a1c1b8f6e\n  Who:       ada@laptop\n  Created:   2026-11-25 09:00:00 UTC",
    /Another run holds the state: ada@laptop, since 2026-11-25 09:00:00 UTC/,
  ],
  ["ERR_PROVISION_PLAN_STALE", "Saved plan is stale", /state changed between/],
  ["ERR_TLS_INTERCEPTED", "tls: failed to verify certificate: x509: certificate signed by unknown authority", /proxy/],
  ["ERR_PROVISION_AZURE_BUSY", "unexpected status 429 (429 Too Many Requests)", /busy \(unexpected status 429\)/],
  ["ERR_PROVISION_AZURE_BUSY", "unexpected status 503 (503 Service Unavailable) with error: ServerTimeout", /busy/],
];

describe("errors of terraform are classified", () => {
  test.each(CASES)("%s: %s", (code, text, message) => {
    const error = explain(text);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.hint).not.toBe("");
  });
});

test("a quota error is not a sign-in problem, although its status is 401", () => {
  const text = "unexpected status 401 with error: Unauthorized: ExpiredAuthenticationToken? without additional quota";
  expect(explain(text).code).toBe("ERR_PROVISION_QUOTA");
});

test("an error during an apply includes the progress, and one during a plan does not", () => {
  const busy = "unexpected status 503";
  expect(explain(busy, { done: 3 }).message).toMatch(/\. 3 of 8 resources are ready and kept\.$/);
  expect(explain(busy).message).toMatch(/\. None of the 8 resources is ready\.$/);
  const long = `RequestDisallowedByPolicy: ${"Resource 'x' was disallowed. ".repeat(20)}`;
  expect(explain(long, { done: 3 }).message).toMatch(/… 3 of 8 resources are ready and kept\.$/);
  expect(hintText(explain(busy).hint ?? "")).toMatch(/ Azure's correlation id is c0ffee\.$/);
  const planned = explainTerraformError(failed(busy, { command: "plan" }), FACTS);
  expect(planned.message).not.toMatch(/resources are ready/);
  expect(hintText(planned.hint ?? "")).not.toMatch(/correlation/);
});

test("an unknown error during an apply includes the progress", () => {
  const error = explain("unexpected status 418 (I'm a teapot)", { done: 2 });
  expect(error).toMatchObject({ code: "ERR_PROVISION_INCOMPLETE" });
  expect(error.message).toMatch(/^2 of 8 resources are ready; the rest failed: unexpected status 418/);
});

test("an unknown error before any progress keeps terraform's own message", () => {
  const cause = failed("Something new");
  expect(explainTerraformError(cause, FACTS)).toBe(cause);
});

test.each([
  [
    "Microsoft.Authorization/roleAssignments/write",
    /^Ask for the right to assign roles, or .*--var storage_access=key/,
  ],
  ["Microsoft.Web/sites/write", /^Ask for the role Contributor on the subscription\./],
])("the hint for a denied %s says what to request", (action, wanted) => {
  const said = `AuthorizationFailed: The client 'x' does not have authorization to perform action '${action}' over scope '/s'.`;
  expect(hintText(explain(said).hint ?? "")).toMatch(wanted);
});

test("the name of a policy is shown, however long the provider's own message is", () => {
  const azure = `RequestDisallowedByPolicy: Resource 'st' was disallowed by policy. Policy identifiers: '[{"policyAssignment":{"name":"Storage accounts should prevent shared key access","id":"/x"}}]'.`;
  const words = `creating Storage Account (${"long ".repeat(80)}): unexpected status 403 with error: ${azure}`;
  expect(explain(words).message).toContain(
    'forbids this: "Storage accounts should prevent shared key access". creating Storage Account',
  );
});
