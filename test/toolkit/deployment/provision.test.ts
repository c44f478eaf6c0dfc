import { describe, expect, test } from "vitest";
import type { ResourceChange } from "../../../toolkit/src/adapters/terraform/terraform.ts";
import { TerraformError } from "../../../toolkit/src/adapters/terraform/terraform-error.ts";
import { TAGS } from "../../../toolkit/src/deployment/found-resources.ts";
import { Ownership } from "../../../toolkit/src/deployment/ownership.ts";
import { type ProvisionRequest, provision } from "../../../toolkit/src/deployment/provision.ts";
import { type FakeDeployment, fakeDeployment } from "../../helpers/fake-deployment.ts";
import { putForeign } from "../../helpers/mini-azure.ts";

const ACCOUNT = "azurerm_storage_account";

function planned(action: "create" | "replace", type = ACCOUNT, name = "stsame"): ResourceChange {
  const actions = action === "replace" ? ["delete", "create"] : [action];
  return { address: `${type}.this`, type, change: { actions, before: null, after: { name } } };
}

async function provisioned(fake: FakeDeployment, changes: ResourceChange[], request: Partial<ProvisionRequest> = {}) {
  fake.terraform.changes = changes;
  const ownership = await Ownership.establish(fake.deployment);
  const base = { isDestroy: false, planOnly: false, assumeYes: true, allowDelete: false, facts: {} };
  return provision(fake.deployment, { ...base, ownership, ...request });
}

const questions = ({ view }: FakeDeployment) => view.log.filter((line) => line.startsWith("ask "));

describe("a plan that deletes data", () => {
  const DELETES = [planned("replace")];

  test("is not confirmed by --yes alone, and nothing is applied", async () => {
    const fake = await fakeDeployment();
    await expect(provisioned(fake, DELETES)).rejects.toMatchObject({
      code: "ERR_DELETION_NOT_ALLOWED",
      exitCode: 2,
      message: expect.stringContaining("Storage account stsame: the history of all runs"),
    });
    expect(fake.terraform.calls).toEqual(["plan"]);
  });

  test("is applied with --yes --allow-delete", async () => {
    const fake = await fakeDeployment();
    expect((await provisioned(fake, DELETES, { allowDelete: true })).kind).toBe("applied");
    expect(questions(fake)).toEqual([]);
  });

  test("requires a separate confirmation", async () => {
    const fake = await fakeDeployment();
    expect((await provisioned(fake, DELETES, { assumeYes: false })).kind).toBe("applied");
    expect(questions(fake)).toEqual([
      "ask Make these changes in Azure?",
      expect.stringMatching(/^ask Permanently delete: Storage account stsame: the history of all runs/),
    ]);
  });

  test("is shown by --plan without a question", async () => {
    const fake = await fakeDeployment();
    expect((await provisioned(fake, DELETES, { planOnly: true })).kind).toBe("planned");
    expect(fake.view.log).toContain("line This plan permanently deletes:");
  });

  test("is confirmed by --yes in a removal, as this is the purpose of the command", async () => {
    const fake = await fakeDeployment();
    expect((await provisioned(fake, DELETES, { isDestroy: true })).kind).toBe("applied");
  });
});

test("drift is reported, even if nothing would change", async () => {
  const fake = await fakeDeployment();
  const address = "azurerm_resource_group.this";
  const drift = (before: object, after: object): ResourceChange => ({
    address,
    type: "azurerm_resource_group",
    change: { actions: ["update"], before: { ...before }, after: { ...after } },
  });
  fake.terraform.drift = [drift({ tags: { a: "1" } }, { tags: { a: "2" } }), drift({ tags: null }, { tags: {} })];
  expect((await provisioned(fake, [])).kind).toBe("unchanged");
  expect(fake.view.log.filter((line) => line.startsWith("note "))).toEqual([
    `note changed outside: ${address} (update)`,
  ]);
});

const failed = (summary: string, address: string | null = null) =>
  new TerraformError("apply", {
    exitCode: 1,
    stdout: "",
    stderr: "",
    correlationId: "c",
    errors: [{ severity: "error", summary, detail: "", address, place: null }],
  });

test("a stale plan is created again, and stops if it would delete more than confirmed", async () => {
  const fake = await fakeDeployment();
  fake.terraform.failures = [failed("Saved plan is stale")];
  const showPlan = [[planned("create")], [planned("replace")]];
  fake.terraform.showPlan = async () => ({
    changes: showPlan.shift() ?? [],
    drift: [],
    variables: fake.terraform.variables,
  });
  await expect(provisioned(fake, [planned("create")])).rejects.toMatchObject({ code: "ERR_DELETION_NOT_ALLOWED" });
  expect(fake.terraform.calls).toEqual(["plan", "apply", "plan"]);
});

describe("a resource added to the group while a question is open", () => {
  const GROUP_ID = (fake: FakeDeployment) => `/subscriptions/${fake.mini.subscriptionId}/resourceGroups/rg-same`;
  const LEDGER = ["Microsoft.Sql/servers/ledger"];

  async function deployed() {
    const fake = await fakeDeployment();
    const { mark } = await Ownership.establish(fake.deployment);
    const tags = { [TAGS.deployment]: mark };
    await fake.mini.arm("PUT", GROUP_ID(fake), { location: "westeurope", tags });
    const type = "azurerm_resource_group";
    const group = { address: `${type}.this`, type, id: GROUP_ID(fake), name: "rg-same", location: "westeurope", tags };
    fake.terraform.known = [group];
    const { confirm } = fake.view;
    fake.view.confirm = async (question) => {
      await putForeign(fake.mini, "rg-same", LEDGER);
      return confirm(question);
    };
    return fake;
  }

  test.each([
    ["a replacement", { isDestroy: false }],
    ["a removal", { isDestroy: true }],
  ])("is found before %s is applied", async (_what, request) => {
    const fake = await deployed();
    const changes = [planned("replace")];
    const failure = provisioned(fake, changes, { ...request, assumeYes: false, allowDelete: true });
    await expect(failure).rejects.toMatchObject({ code: "ERR_REMOVE_NOT_EMPTY" });
    expect(fake.terraform.calls).not.toContain("apply");
  });

  test("is also found in the group that a rename would leave", async () => {
    const fake = await deployed();
    const renamed = planned("replace", "azurerm_resource_group", "rg-other");
    const failure = provisioned(fake, [renamed], { assumeYes: false, allowDelete: true });
    await expect(failure).rejects.toMatchObject({ code: "ERR_REMOVE_NOT_EMPTY" });
    expect(fake.terraform.calls).not.toContain("apply");
  });
});

test("the error of a failed apply only counts resources shown in the plan, not internal ones", async () => {
  const fake = await fakeDeployment();
  fake.terraform.created = ["terraform_data.hosting", `${ACCOUNT}.this`];
  fake.terraform.failures = [failed("The component could not be created.")];
  const changes = [planned("create"), planned("create", "azurerm_application_insights", "appi")];
  await expect(provisioned(fake, changes)).rejects.toMatchObject({
    code: "ERR_PROVISION_INCOMPLETE",
    message: expect.stringMatching(/^1 of 2 resources are ready/),
  });
  expect(fake.view.log.filter((line) => line.startsWith("note "))).toEqual([`note create ${ACCOUNT}.this (1 s)`]);
});

describe("an existing resource that terraform reports", () => {
  const GROUP = "rg-same";

  async function found(tagsOf: (mark: string) => Record<string, string>) {
    const fake = await fakeDeployment();
    const { mark } = await Ownership.establish(fake.deployment);
    const id = `/subscriptions/${fake.mini.subscriptionId}/resourceGroups/${GROUP}`;
    const tags = tagsOf(mark);
    await fake.mini.arm("PUT", id, { location: "westeurope", tags: { [TAGS.deployment]: mark } });
    const workspace = `${id}/providers/Microsoft.OperationalInsights/workspaces/log-same`;
    await fake.mini.arm("PUT", workspace, { location: "westeurope", tags, properties: { sku: { name: "PerGB2018" } } });
    const text = `a resource with the ID "${workspace}" already exists - to be managed via Terraform this resource needs to be imported into the State.`;
    fake.terraform.failures = [failed(text, "azurerm_log_analytics_workspace.this")];
    return { fake, workspace };
  }

  test("is imported if it has the mark", async () => {
    const { fake, workspace } = await found((mark) => ({ [TAGS.deployment]: mark }));
    expect((await provisioned(fake, [planned("create")])).kind).toBe("applied");
    expect(fake.terraform.calls).toContain(`import azurerm_log_analytics_workspace.this ${workspace}`);
  });

  test("is left alone if it does not have the mark, even if its group has it", async () => {
    const { fake } = await found(() => ({ owner: "colleague" }));
    await expect(provisioned(fake, [planned("create")])).rejects.toMatchObject({ code: "ERR_PROVISION_NOT_IN_STATE" });
    expect(fake.terraform.calls).toEqual(["plan", "apply"]);
  });
});
