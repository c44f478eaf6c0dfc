import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { TerraformError } from "../../../toolkit/src/adapters/terraform/terraform-error.ts";
import { TAGS } from "../../../toolkit/src/deployment/found-resources.ts";
import { Ownership } from "../../../toolkit/src/deployment/ownership.ts";
import { down } from "../../../toolkit/src/usecases/down.ts";
import { type FakeDeployment, fakeDeployment } from "../../helpers/fake-deployment.ts";
import { putForeign } from "../../helpers/mini-azure.ts";

const REQUEST = { subscription: null, assumeYes: true, planOnly: false };
const GROUP = "rg-same-dev-1";

const groupId = ({ mini }: FakeDeployment) => `/subscriptions/${mini.subscriptionId}/resourceGroups/${GROUP}`;

const statusOfGroup = async (fake: FakeDeployment) => (await fake.mini.arm("GET", groupId(fake))).status;

/** The situation after an `up` stopped while Azure created the group: planned, with choices, and nothing in the state. */
async function interrupted(options: { answer?: boolean; markOf?: (mark: string) => string } = {}) {
  const { answer = true, markOf = (mark) => mark } = options;
  const fake = await fakeDeployment({ answer });
  const { deployment, mini } = fake;
  await mkdir(deployment.folder.terraformDir, { recursive: true });
  const { mark } = await Ownership.establish(deployment);
  const variables = { plan: "premium", location: "northeurope" };
  await deployment.journal.saveAttempt({ subscription: null, variables, variableFiles: [], olderVariables: {} });
  const tags = { [TAGS.project]: "same", [TAGS.environment]: "dev", [TAGS.deployment]: markOf(mark) };
  await mini.arm("PUT", groupId(fake), { location: "northeurope", tags });
  return fake;
}

test("a group that an interrupted run created without recording it is removed", async () => {
  const fake = await interrupted();
  expect(await down(fake.deployment, REQUEST)).toEqual({ kind: "removed", changes: 1, leftGroups: [] });
  expect(await statusOfGroup(fake)).toBe(404);
  expect(existsSync(fake.deployment.folder.journalFile)).toBe(false);
});

test("a group that an interrupted run created is only listed by --plan", async () => {
  const fake = await interrupted();
  expect((await down(fake.deployment, { ...REQUEST, planOnly: true })).kind).toBe("planned");
  expect(fake.view.log).toContain(
    `line   - Resource group ${GROUP}, which an interrupted run created without recording it`,
  );
  expect(await statusOfGroup(fake)).toBe(200);
});

test("a group and the choices of the unfinished run are kept if the question is answered with no", async () => {
  const fake = await interrupted({ answer: false });
  expect((await down(fake.deployment, { ...REQUEST, assumeYes: false })).kind).toBe("declined");
  expect(await statusOfGroup(fake)).toBe(200);
  expect(fake.deployment.journal.attempted?.variables).toEqual({ plan: "premium", location: "northeurope" });
  expect(existsSync(fake.deployment.folder.journalFile)).toBe(true);
});

test("a group is kept while it contains foreign resources", async () => {
  const fake = await interrupted();
  await putForeign(fake.mini, GROUP, ["Microsoft.Sql/servers/ledger"]);
  await expect(down(fake.deployment, REQUEST)).rejects.toMatchObject({ code: "ERR_REMOVE_NOT_EMPTY" });
  expect(await statusOfGroup(fake)).toBe(200);
});

test("a group is kept if foreign resources were added while the question was open", async () => {
  const fake = await interrupted();
  const { confirm } = fake.view;
  fake.view.confirm = async (question) => {
    await putForeign(fake.mini, GROUP, ["Microsoft.Sql/servers/ledger"]);
    return confirm(question);
  };
  const removal = down(fake.deployment, { ...REQUEST, assumeYes: false });
  await expect(removal).rejects.toMatchObject({ code: "ERR_REMOVE_NOT_EMPTY" });
  expect(await statusOfGroup(fake)).toBe(200);
});

test("a group with another mark is reported and left alone, and the choices are kept", async () => {
  const fake = await interrupted({ markOf: () => "11111111-2222-3333-4444-555555555555" });
  expect(await down(fake.deployment, REQUEST)).toEqual({ kind: "nothing", changes: 0, leftGroups: [GROUP] });
  expect(await statusOfGroup(fake)).toBe(200);
  expect(existsSync(fake.deployment.folder.journalFile)).toBe(true);
});

test("an environment without any resources is forgotten", async () => {
  const fake = await interrupted();
  await fake.mini.arm("DELETE", groupId(fake));
  expect((await down(fake.deployment, REQUEST)).kind).toBe("nothing");
  expect(existsSync(fake.deployment.folder.journalFile)).toBe(false);
});

test("a removal that has become larger in the meantime asks again, and nothing is forgotten after a no", async () => {
  const fake = await interrupted();
  const { terraform, view, deployment } = fake;
  const known = (type: string) => ({ address: `${type}.this`, type, name: "it", location: null, tags: {} });
  terraform.known = [{ ...known("azurerm_resource_group"), id: groupId(fake), name: GROUP }];
  const removal = (type: string) => ({
    address: `${type}.this`,
    type,
    change: { actions: ["delete"], before: { name: "it" }, after: null },
  });
  terraform.changes = [removal("azurerm_resource_group")];
  const stale = { exitCode: 1, stdout: "", stderr: "Saved plan is stale", correlationId: "c", errors: [] };
  terraform.apply = async () => {
    terraform.changes = [...terraform.changes, removal("azurerm_storage_account")];
    throw new TerraformError("apply", stale);
  };
  const answers = [true, false];
  view.confirm = async () => answers.shift() ?? false;
  expect((await down(deployment, { ...REQUEST, assumeYes: false })).kind).toBe("declined");
  expect([existsSync(deployment.folder.terraformDir), existsSync(deployment.folder.journalFile)]).toEqual([true, true]);
  expect(await statusOfGroup(fake)).toBe(200);
});
