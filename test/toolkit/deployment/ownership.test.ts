import { describe, expect, test } from "vitest";
import { hintText } from "../../../shared/src/index.ts";
import type { PlannedChange } from "../../../toolkit/src/adapters/terraform/plan-summary.ts";
import type { StateResource } from "../../../toolkit/src/adapters/terraform/state.ts";
import { TAGS } from "../../../toolkit/src/deployment/found-resources.ts";
import { Journal } from "../../../toolkit/src/deployment/journal.ts";
import { Ownership } from "../../../toolkit/src/deployment/ownership.ts";
import { type FakeDeployment, fakeDeployment } from "../../helpers/fake-deployment.ts";
import { putForeign } from "../../helpers/mini-azure.ts";

const GROUP = "shared-prod";
const VARIABLES = { project: "same", location: "westeurope" };
const OTHER_MARK = "11111111-2222-3333-4444-555555555555";

const change = (changes: Partial<PlannedChange>): PlannedChange => ({
  action: "create",
  address: "azurerm_resource_group.this",
  type: "azurerm_resource_group",
  label: "Resource group",
  name: GROUP,
  attributes: [],
  isHalfMade: false,
  ...changes,
});

const storage = (changes: Partial<PlannedChange>) =>
  change({ type: "azurerm_storage_account", address: "azurerm_storage_account.this", name: "stsame", ...changes });

const idOf = ({ mini }: FakeDeployment, rest = "") =>
  `/subscriptions/${mini.subscriptionId}/resourceGroups/${GROUP}${rest}`;

const STORAGE = "/providers/Microsoft.Storage/storageAccounts/stsame";

async function put(fake: FakeDeployment, rest: string, tags?: Record<string, string>, location = "westeurope") {
  const { status } = await fake.mini.arm("PUT", idOf(fake, rest), {
    location,
    ...(tags === undefined ? {} : { tags }),
  });
  expect(status).toBeLessThan(300);
}

const ofSame = (mark: string) => ({
  [TAGS.project]: "same",
  [TAGS.environment]: "dev",
  [TAGS.deployment]: mark,
});

function knownGroup(fake: FakeDeployment, mark?: string): StateResource {
  const tags: Record<string, string> = mark === undefined ? {} : { [TAGS.deployment]: mark };
  const { address, type } = change({});
  return { address, type, id: idOf(fake), name: GROUP, location: "westeurope", tags };
}

const codeOf = (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (error: { code: string }) => error.code,
  );

describe("the mark", () => {
  test("is created before the first plan, recorded, and kept", async () => {
    const { deployment } = await fakeDeployment();
    const { mark } = await Ownership.establish(deployment);
    expect(mark).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect((await Journal.open(deployment.folder, deployment.now)).deploymentId).toBe(mark);
    expect((await Ownership.establish(deployment)).mark).toBe(mark);
  });

  test("of a shared state overrides that of this machine", async () => {
    const fake = await fakeDeployment();
    await Ownership.establish(fake.deployment);
    fake.terraform.known = [knownGroup(fake, OTHER_MARK)];
    expect((await Ownership.establish(fake.deployment)).mark).toBe(OTHER_MARK);
    expect(fake.deployment.journal.deploymentId).toBe(OTHER_MARK);
  });
});

test("the mark of an apply that recorded only outputs is found by another machine", async () => {
  const { deployment, terraform } = await fakeDeployment();
  terraform.deploymentId = OTHER_MARK;
  expect((await Ownership.establish(deployment)).mark).toBe(OTHER_MARK);
});

describe("a group that a plan would create", () => {
  test("is rejected if it belongs to someone else, with a description of what was found", async () => {
    const fake = await fakeDeployment();
    await putForeign(fake.mini, GROUP, ["Microsoft.Storage/storageAccounts/colleaguefiles"]);
    const ownership = await Ownership.establish(fake.deployment);
    await expect(ownership.requireOwn([change({})], VARIABLES)).rejects.toMatchObject({
      code: "ERR_PROVISION_NOT_OURS",
      message:
        "A resource group shared-prod exists that this environment did not create: it is in westeurope, has the tags owner=colleague, and contains colleaguefiles (Microsoft.Storage/storageAccounts). Nothing was changed.",
    });
  });

  test("is rejected if it has another mark, with three alternatives", async () => {
    const fake = await fakeDeployment();
    await put(fake, "", ofSame(OTHER_MARK));
    const ownership = await Ownership.establish(fake.deployment);
    const error = await ownership.requireOwn([change({})], VARIABLES).catch((it) => it);
    expect(error.code).toBe("ERR_PROVISION_OTHER_STATE");
    expect(hintText(error.hint)).toMatch(/up --backend FILE` .* `same-kit up --adopt`.* another --env/);
  });

  test("is rejected if plain terraform created it as the same environment, as it has no mark", async () => {
    const fake = await fakeDeployment();
    await put(fake, "", { [TAGS.project]: "same", [TAGS.environment]: "dev" });
    const ownership = await Ownership.establish(fake.deployment);
    await expect(ownership.requireOwn([change({})], VARIABLES)).rejects.toMatchObject({
      code: "ERR_PROVISION_OTHER_STATE",
      message: expect.stringContaining("the resource group shared-prod has no mark, as plain terraform"),
    });
  });

  test("is rejected if it belongs to another environment", async () => {
    const fake = await fakeDeployment();
    await put(fake, "", { ...ofSame(OTHER_MARK), [TAGS.environment]: "prod" });
    const ownership = await Ownership.establish(fake.deployment);
    expect(await codeOf(ownership.requireOwn([change({})], VARIABLES))).toBe("ERR_PROVISION_NOT_OURS");
  });

  test("is ours if an interrupted run left it with the mark, and so are marked resources in it", async () => {
    const fake = await fakeDeployment();
    const ownership = await Ownership.establish(fake.deployment);
    await put(fake, "", ofSame(ownership.mark));
    await put(fake, STORAGE, ofSame(ownership.mark));
    await ownership.requireOwn([change({}), storage({})], VARIABLES);
    expect(await ownership.mayImport(idOf(fake), VARIABLES)).toBe(true);
    const container = `${STORAGE}/blobServices/default/containers/app-package`;
    expect(await ownership.mayImport(idOf(fake, container), VARIABLES)).toBe(true);
  });

  test("is rejected if an unmarked resource has a name that the plan needs", async () => {
    const fake = await fakeDeployment();
    const ownership = await Ownership.establish(fake.deployment);
    await put(fake, "", ofSame(ownership.mark));
    await put(fake, STORAGE, ofSame(OTHER_MARK));
    await expect(ownership.requireOwn([storage({})], VARIABLES)).resolves.toBeUndefined();
    await expect(ownership.requireOwn([change({}), storage({})], VARIABLES)).rejects.toMatchObject({
      code: "ERR_PROVISION_NOT_OURS",
      message: expect.stringContaining("already contains stsame (Microsoft.Storage/storageAccounts)"),
    });
    expect(await ownership.mayImport(idOf(fake, STORAGE), VARIABLES)).toBe(false);
  });
});

describe("--adopt", () => {
  const adopting = (fake: FakeDeployment) => Ownership.establish(fake.deployment, { mayAdopt: true });

  test("takes over the same environment deployed by another machine", async () => {
    const fake = await fakeDeployment();
    await put(fake, "", ofSame(OTHER_MARK));
    await put(fake, STORAGE, ofSame(OTHER_MARK));
    const ownership = await adopting(fake);
    await ownership.requireOwn([change({}), storage({})], VARIABLES);
    expect(await ownership.mayImport(idOf(fake, STORAGE), VARIABLES)).toBe(true);
  });

  test("takes over an empty group", async () => {
    const fake = await fakeDeployment();
    await putForeign(fake.mini, GROUP);
    expect(await codeOf((await adopting(fake)).requireOwn([change({})], VARIABLES))).toBeNull();
  });

  test("never takes over a group with foreign resources", async () => {
    const fake = await fakeDeployment();
    await put(fake, "", ofSame(OTHER_MARK));
    await putForeign(fake.mini, GROUP, ["Microsoft.Sql/servers/ledger"]);
    await expect((await adopting(fake)).requireOwn([change({})], VARIABLES)).rejects.toMatchObject({
      code: "ERR_PROVISION_NOT_OURS",
      message: expect.stringContaining("cannot be taken over: it contains ledger (Microsoft.Sql/servers)"),
    });
  });

  test("never moves a group to another region, which would delete it", async () => {
    const fake = await fakeDeployment();
    await put(fake, "", ofSame(OTHER_MARK), "northeurope");
    const error = await (await adopting(fake)).requireOwn([change({})], VARIABLES).catch((it) => it);
    expect(error.code).toBe("ERR_PROVISION_NOT_OURS");
    expect(hintText(error.hint)).toContain("`same-kit up --adopt --location northeurope`");
  });
});

describe("a group in the state", () => {
  const UPDATE = [storage({ action: "update" })];

  async function deployed(stateMark: string | undefined, azureTags: Record<string, string>) {
    const fake = await fakeDeployment();
    await put(fake, "", azureTags);
    fake.terraform.known = [knownGroup(fake, stateMark)];
    return { fake, ownership: await Ownership.establish(fake.deployment) };
  }

  test("may be changed while it has the mark", async () => {
    const { ownership } = await deployed(OTHER_MARK, ofSame(OTHER_MARK));
    expect(await codeOf(ownership.requireOwn(UPDATE, VARIABLES))).toBeNull();
  });

  test("may be changed if an earlier same-kit deployed it without a mark", async () => {
    const { ownership } = await deployed(undefined, { [TAGS.project]: "same", [TAGS.environment]: "dev" });
    expect(await codeOf(ownership.requireOwn(UPDATE, VARIABLES))).toBeNull();
  });

  test.each([
    ["another machine has taken over", ofSame("99999999-2222-3333-4444-555555555555"), "ERR_PROVISION_OTHER_STATE"],
    ["someone else has recreated", { owner: "colleague" }, "ERR_PROVISION_NOT_OURS"],
  ])("that %s is rejected", async (_what, tags, code) => {
    const { ownership } = await deployed(OTHER_MARK, tags);
    expect(await codeOf(ownership.requireOwn(UPDATE, VARIABLES))).toBe(code);
  });

  test.each<[string, PlannedChange[]]>([
    ["the group", [change({ action: "replace" })]],
    ["the storage account", [storage({ action: "replace" })]],
    ["the plan", [change({ action: "delete", type: "azurerm_service_plan", name: "plan-same" })]],
  ])("is rejected before %s is removed while the group contains foreign resources", async (_what, changes) => {
    const { fake, ownership } = await deployed(OTHER_MARK, ofSame(OTHER_MARK));
    await putForeign(fake.mini, GROUP, ["Microsoft.Sql/servers/ledger"]);
    await expect(ownership.requireOwn(changes, VARIABLES)).rejects.toMatchObject({
      code: "ERR_REMOVE_NOT_EMPTY",
      message: expect.stringContaining("did not create: ledger (Microsoft.Sql/servers). Nothing was deleted."),
    });
    expect(await codeOf(ownership.requireOwn(UPDATE, VARIABLES))).toBeNull();
  });

  test("may contain foreign resources if only the access key is replaced", async () => {
    const { fake, ownership } = await deployed(OTHER_MARK, ofSame(OTHER_MARK));
    await putForeign(fake.mini, GROUP, ["Microsoft.Sql/servers/ledger"]);
    const rotation = [
      change({ action: "replace", type: "terraform_data", address: "terraform_data.access_key", name: null }),
    ];
    expect(await codeOf(ownership.requireOwn(rotation, VARIABLES))).toBeNull();
  });

  test("may contain resources added by Azure itself, but none that only has the same name", async () => {
    const { fake, ownership } = await deployed(OTHER_MARK, ofSame(OTHER_MARK));
    const alert = "microsoft.alertsmanagement/smartDetectorAlertRules/Failure%20Anomalies%20-%20appi";
    await put(fake, `/providers/${alert}`, undefined, "global");
    const removal = [change({ action: "replace" })];
    expect(await codeOf(ownership.requireOwn(removal, VARIABLES))).toBeNull();
    await put(fake, "/providers/Microsoft.KeyVault/vaults/Failure%20Anomalies%20-%20appi");
    expect(await codeOf(ownership.requireOwn(removal, VARIABLES))).toBe("ERR_REMOVE_NOT_EMPTY");
  });

  test("can be renamed only to an unused name", async () => {
    const { fake, ownership } = await deployed(OTHER_MARK, ofSame(OTHER_MARK));
    await putForeign(fake.mini, "taken");
    const renamed = [change({ action: "replace", name: "taken" })];
    expect(await codeOf(ownership.requireOwn(renamed, VARIABLES))).toBe("ERR_PROVISION_NOT_OURS");
  });
});

test("resources outside of a group are never imported", async () => {
  const { deployment } = await fakeDeployment();
  const ownership = await Ownership.establish(deployment, { mayAdopt: true });
  expect(await ownership.mayImport("/subscriptions/s/providers/Microsoft.Web/x/y", VARIABLES)).toBe(false);
});
