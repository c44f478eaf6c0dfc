import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, test } from "vitest";
import { hasTerraform } from "../helpers/terraform.ts";

// Variables, and an output with all their values, which terraform can plan without a provider.
const text = ["terraform/variables.tf", "terraform/standalone/provider.tf"]
  .map((file) => readFileSync(file, "utf8").replace(/^provider "azurerm"[\s\S]*/m, ""))
  .join("\n");
const blocks = [...text.matchAll(/^variable "([^"]+)"([\s\S]*?)^\}/gm)].map(([, name = "", block = ""]) => ({
  name,
  block,
}));
const declared = blocks.map(({ name }) => name);
const optional = declared.filter((name) => name !== "subscription_id");
const values = blocks.map(({ name, block }) => {
  return /^\s*sensitive\s*= true/m.test(block) ? `${name} = nonsensitive(var.${name})` : `${name} = var.${name}`;
});
const dir = mkdtempSync(path.join(os.tmpdir(), "same-kit-variables-"));
writeFileSync(path.join(dir, "main.tf"), `${text}\noutput "all" {\n  value = {\n${values.join("\n")}\n  }\n}\n`);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Values are passed as JSON, as by `same-kit up`: on the command line terraform would treat `null` as a string. */
async function plan(variables: Record<string, unknown> = {}): Promise<{ exitCode: number | undefined; text: string }> {
  const file = path.join(dir, `${randomUUID()}.tfvars.json`);
  writeFileSync(file, JSON.stringify({ subscription_id: "11111111-2222-3333-4444-555555555555", ...variables }));
  const args = [`-chdir=${dir}`, "plan", "-input=false", "-no-color", `-var-file=${file}`];
  const { exitCode, all } = await execa("terraform", args, { reject: false, all: true });
  return { exitCode, text: all.replaceAll(/[\s│╷╵]+/g, " ") };
}

describe.skipIf(!hasTerraform)("a variable that is reset", async () => {
  const unset = hasTerraform ? await plan() : null;

  test("has a default value", () => {
    expect(unset).toEqual({ exitCode: 0, text: expect.stringContaining('location = "westeurope"') });
  });

  test.each(optional)("%s=null is the same as unset", async (name) => {
    expect(await plan({ [name]: null })).toEqual(unset);
  });
});

describe.skipIf(!hasTerraform)("an invalid value is rejected with the name of its variable", () => {
  test.each([
    [{ names: { storage: "x" } }, "names may contain app, resource_group and storage_account, not storage."],
    [{ log_retention_days: 30.5 }, "log_retention_days must be a whole number from 30 to 730."],
    [{ blob_retention_days: 1.5 }, "blob_retention_days must be a whole number from 0 to 365."],
    [{ log_daily_cap_gb: 0 }, "log_daily_cap_gb must be more than 0, or -1 for no limit."],
    [{ storage_replication: "MRS" }, "storage_replication must be LRS, ZRS, GRS, RAGRS, GZRS or RAGZRS."],
    [{ premium_sku: "P1v3" }, "premium_sku must be EP1, EP2 or EP3."],
    [{ premium_maximum_workers: 0 }, "must be a whole number from premium_minimum_instances to 100."],
    [{ access_key: "short" }, "access_key must be 32 to 128 letters, digits, dashes or underscores."],
    [{ storage_access: "" }, "storage_access must be key or identity."],
  ])("%o", async (variables, message) => {
    expect(await plan(variables)).toEqual({ exitCode: 1, text: expect.stringContaining(message) });
  });
});
