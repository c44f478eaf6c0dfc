import { mkdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { hint, hintText, sameKit } from "../../../shared/src/index.ts";
import { environmentFolder } from "../../../toolkit/src/deployment/environment.ts";
import {
  loadOutputs,
  notDeployed,
  outputFields,
  parseOutputs,
  readTerraformOutputs,
  saveOutputs,
} from "../../../toolkit/src/deployment/outputs.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const VALUES = {
  app_name: "same-dev-1",
  host_name: "same-dev-1-a.westeurope-01.azurewebsites.net",
  app_id: "/subscriptions/s/app",
  resource_group: "rg-same-dev-1",
  plan: "flex",
  storage_account: "stsame",
  access_key: "c0ffee",
};

test("all outputs are required, and missing ones are listed", () => {
  const { host_name: _, access_key: __, ...partial } = VALUES;
  expect(() => parseOutputs(partial)).toThrow(
    expect.objectContaining({
      code: "ERR_OUTPUTS_MISSING",
      message: "Terraform has no value for the outputs host_name, access_key.",
    }),
  );
});

test("the key is only in the owner's file and in the requested format", async () => {
  const folder = environmentFolder(await makeTempDir(), "dev", false);
  const outputs = parseOutputs(VALUES);
  await saveOutputs(folder, outputs);
  expect((await stat(folder.outputsFile)).mode & 0o777).toBe(0o600);
  expect(await loadOutputs(folder)).toEqual(outputs);
  expect(JSON.stringify(outputFields(outputs))).not.toContain("c0ffee");
});

test("an environment that is not deployed has a hint how to deploy it", async () => {
  const folder = environmentFolder(await makeTempDir(), "prod", false);
  await expect(loadOutputs(folder)).rejects.toMatchObject({
    code: "ERR_NOT_DEPLOYED",
    hint: hint`Run ${sameKit("up")}, or choose another --env.`,
  });
});

test.each(["", "Prod", "much-too-long", "a/b", ".."])("%j is not an environment name", (name) => {
  expect(() => environmentFolder("/state", name, false)).toThrow(
    expect.objectContaining({ code: "ERR_ENVIRONMENT_NAME" }),
  );
});

test("a rehearsal has its own folder", () => {
  expect(environmentFolder("/state", "dev", true).dir).not.toBe(environmentFolder("/state", "dev", false).dir);
});

describe("the output of terraform output -json", () => {
  const write = async (text: string) => {
    const file = path.join(await makeTempDir(), "outputs.json");
    await writeFile(file, text);
    return file;
  };

  test("is parsed with its values only", async () => {
    const printed = Object.fromEntries(
      Object.entries(VALUES).map(([name, value]) => [name, { sensitive: false, type: "string", value }]),
    );
    expect(await readTerraformOutputs(await write(JSON.stringify(printed)))).toEqual(parseOutputs(VALUES));
  });

  test.each(["", "[]", '"text"', JSON.stringify(VALUES), "app_name = same"])("cannot be %j", async (text) => {
    await expect(readTerraformOutputs(await write(text))).rejects.toMatchObject({
      code: "ERR_OUTPUTS_FILE",
      exitCode: 2,
      hint: expect.stringContaining("terraform output -json > FILE"),
    });
  });

  test("with a missing output is reported with its name", async () => {
    const printed = JSON.stringify({ app_name: { value: "same" } });
    await expect(readTerraformOutputs(await write(printed))).rejects.toMatchObject({ code: "ERR_OUTPUTS_MISSING" });
  });
});

test("for an environment that was only rehearsed, the hint mentions --rehearse", async () => {
  const stateDir = await makeTempDir();
  const hintOf = (isRehearsal: boolean) =>
    hintText(notDeployed(environmentFolder(stateDir, "dev", isRehearsal)).hint ?? "");
  expect(hintOf(false)).not.toContain("--rehearse");
  const rehearsal = environmentFolder(stateDir, "dev", true);
  await mkdir(rehearsal.dir, { recursive: true });
  await writeFile(rehearsal.outputsFile, "{}");
  expect(hintOf(false)).toContain("It was only rehearsed: add --rehearse.");
  expect(hintOf(true)).not.toContain("--rehearse");
});
