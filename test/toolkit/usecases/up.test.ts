import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { TAGS } from "../../../toolkit/src/deployment/found-resources.ts";
import { Ownership } from "../../../toolkit/src/deployment/ownership.ts";
import { type UpRequest, up } from "../../../toolkit/src/usecases/up.ts";
import { type FakeDeployment, fakeDeployment } from "../../helpers/fake-deployment.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const REQUEST: UpRequest = {
  packaging: { publisher: "direct", packApp: () => Promise.reject(new Error("Nothing is packed here.")), checks: [] },
  subscription: null,
  variables: {},
  variableFiles: null,
  backendFile: null,
  assumeYes: true,
  allowDelete: false,
  adopt: false,
  planOnly: true,
  force: false,
  rotateKey: false,
  skip: { terraform: false, publish: false, smoke: false },
};

const GROUP = {
  address: "azurerm_resource_group.this",
  type: "azurerm_resource_group",
  change: { actions: ["create"], before: null, after: { name: "rg-same-dev-1" } },
};

async function variablesOf({ deployment }: FakeDeployment): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path.join(deployment.folder.terraformDir, "variables.auto.tfvars.json"), "utf8"));
}

async function attempted(variables: Record<string, unknown>) {
  const fake = await fakeDeployment();
  fake.terraform.changes = [GROUP];
  await fake.deployment.journal.saveAttempt({ subscription: null, variables, variableFiles: [], olderVariables: {} });
  return fake;
}

test("terraform receives the recorded mark", async () => {
  const fake = await fakeDeployment();
  await up(fake.deployment, REQUEST);
  expect(await variablesOf(fake)).toMatchObject({
    environment: "dev",
    deployment_id: fake.deployment.journal.deploymentId,
    delete_group_contents: true,
  });
});

test("a file cannot make terraform overwrite resources that it did not create", async () => {
  const fake = await fakeDeployment();
  const file = path.join(await makeTempDir(), "recover.tfvars");
  await writeFile(file, "recover = true\n");
  await up(fake.deployment, { ...REQUEST, variableFiles: [file] });
  // Terraform reads the variables of this name last.
  expect(await variablesOf(fake)).toMatchObject({ recover: false });
});

test("settings from a file of this call are not reported as inherited", async () => {
  const fake = await fakeDeployment();
  await fake.deployment.journal.saveChoices({
    subscription: null,
    variables: { location: "northeurope", tags: { team: "blue" } },
    variableFiles: [],
    olderVariables: {},
  });
  const file = path.join(await makeTempDir(), "lab.tfvars");
  await writeFile(file, 'tags = { team = "red" }\n');
  await up(fake.deployment, { ...REQUEST, variableFiles: [file] });
  expect(fake.view.log).toContainEqual(expect.stringMatching(/^line As this .* deployed before: location\. --var/));
});

test("a failed plan keeps the previous variables, which a removal is planned with", async () => {
  const fake = await fakeDeployment();
  await up(fake.deployment, { ...REQUEST, variables: { location: "northeurope" } });
  const file = path.join(fake.deployment.folder.dir, "bad.tfvars");
  await writeFile(file, "location = \n");
  fake.terraform.plan = () => Promise.reject(new Error("Invalid expression"));
  await expect(up(fake.deployment, { ...REQUEST, variableFiles: [file] })).rejects.toThrow("Invalid expression");
  expect(await variablesOf(fake)).toMatchObject({ location: "northeurope" });
  const names = await readdir(fake.deployment.folder.terraformDir);
  expect(names.filter((name) => name.includes("bad"))).toEqual([]);
});

describe("choices of an unfinished `up`", () => {
  test("are not used again if nothing was created", async () => {
    const fake = await attempted({ location: "westeuropa" });
    await up(fake.deployment, REQUEST);
    expect(await variablesOf(fake)).not.toHaveProperty("location");
    expect(fake.view.log).toContain(
      "line The last `up` created nothing, so its choices are not used again: location. Specify those that you still want.",
    );
    expect(fake.view.log.join("\n")).not.toContain("deployed before");
  });

  test("are kept if its group exists, and not reported as a deployment", async () => {
    const fake = await attempted({ location: "northeurope", plan: "premium" });
    const { mark } = await Ownership.establish(fake.deployment);
    const id = `/subscriptions/${fake.mini.subscriptionId}/resourceGroups/rg-same-dev-1`;
    await fake.mini.arm("PUT", id, { location: "northeurope", tags: { [TAGS.deployment]: mark } });
    await up(fake.deployment, REQUEST);
    expect(await variablesOf(fake)).toMatchObject({ location: "northeurope", plan: "premium" });
    expect(fake.view.log).toContainEqual(
      expect.stringMatching(/^line As in the last `up`, which did not finish: location, plan\./),
    );
  });
});
