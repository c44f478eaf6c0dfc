import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { environmentFolder } from "../../../toolkit/src/deployment/environment.ts";
import {
  declaredVariables,
  layOutModule,
  updateVariables,
  withProvider,
  writeVariables,
} from "../../../toolkit/src/deployment/workspace.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

async function prepare(isRehearsal = false) {
  const moduleDir = await makeTempDir();
  await writeFile(path.join(moduleDir, "variables.tf"), 'variable "plan" {\n}\nvariable "location" {\n}\n');
  await mkdir(path.join(moduleDir, "standalone"));
  await writeFile(path.join(moduleDir, "standalone", "provider.tf"), 'variable "recover" {\n}\n');
  await writeFile(path.join(moduleDir, "standalone", ".terraform.lock.hcl"), "# pinned\n");
  const folder = environmentFolder(await makeTempDir(), "dev", isRehearsal);
  const options = {
    moduleDir,
    backendFile: null as string | null,
    lockFile: null,
    providerIdentity: "one",
  };
  const sources = { variables: { plan: "flex" }, variableFiles: [] as string[], olderVariables: {} };
  const lay = async (changes: Partial<typeof options & typeof sources> = {}) => {
    const fingerprint = await layOutModule(folder, { ...options, ...changes });
    await writeVariables(folder, { ...sources, ...changes });
    return fingerprint;
  };
  const read = (name: string) => readFile(path.join(folder.terraformDir, name), "utf8");
  return { moduleDir, folder, lay, read };
}

test("the workspace contains the module, its lock file and the variables", async () => {
  const { folder, lay, read } = await prepare();
  await lay();
  expect((await readdir(folder.terraformDir)).sort()).toEqual([
    ".terraform.lock.hcl",
    "earlier.auto.tfvars.json",
    "provider.tf",
    "variables.auto.tfvars.json",
    "variables.tf",
  ]);
  expect(JSON.parse(await read("variables.auto.tfvars.json"))).toEqual({ plan: "flex" });
});

test("a rehearsal omits the module's checksums, as its provider is a different one", async () => {
  const { folder, lay } = await prepare(true);
  await lay();
  expect(await readdir(folder.terraformDir)).not.toContain(".terraform.lock.hcl");
});

test("a variable file that is no longer given is removed", async () => {
  const { folder, lay } = await prepare();
  const file = path.join(await makeTempDir(), "mine.tfvars");
  await writeFile(file, 'location = "northeurope"\n');
  await lay({ variableFiles: [file] });
  expect(await readdir(folder.terraformDir)).toContain("file-00-mine.auto.tfvars");
  await lay();
  expect(await readdir(folder.terraformDir)).not.toContain("file-00-mine.auto.tfvars");
});

test("variables are read in the order they were given, so that later ones take precedence", async () => {
  const { folder, lay } = await prepare();
  const file = path.join(await makeTempDir(), "mine.tfvars.json");
  await writeFile(file, "{}");
  await lay({ variableFiles: [file] });
  const names = (await readdir(folder.terraformDir)).filter((name) => name.includes(".auto.tfvars")).sort();
  expect(names).toEqual(["earlier.auto.tfvars.json", "file-00-mine.auto.tfvars.json", "variables.auto.tfvars.json"]);
});

test("a backend is kept until another one is given, as the state would seem empty without it", async () => {
  const { lay, read } = await prepare();
  const file = path.join(await makeTempDir(), "backend.tf");
  await writeFile(file, 'terraform {\n  backend "azurerm" {}\n}\n');
  const without = await lay();
  const first = await lay({ backendFile: file });
  expect(first).not.toBe(without);
  await rm(file);
  expect(await lay()).toBe(first);
  expect(await read("same-kit-backend.tf")).toContain("azurerm");
});

test("init is required again for another module or provider, but not for other variables", async () => {
  const { moduleDir, lay } = await prepare();
  const first = await lay();
  expect(await lay({ variables: { plan: "premium" } })).toBe(first);
  const second = await lay({ providerIdentity: "two" });
  expect(second).not.toBe(first);
  expect(withProvider(first, { lockFile: null, providerIdentity: "two" })).toBe(second);
  await writeFile(path.join(moduleDir, "main.tf"), "locals {}\n");
  expect(await lay()).not.toBe(first);
});

test("variables can be changed later, and the others are kept", async () => {
  const { folder, lay, read } = await prepare();
  await lay();
  await updateVariables(folder, { metadata_host: "localhost:1" });
  expect(JSON.parse(await read("variables.auto.tfvars.json"))).toEqual({ plan: "flex", metadata_host: "localhost:1" });
});

test("the names of the module's variables are found", async () => {
  const { moduleDir } = await prepare();
  expect(await declaredVariables(moduleDir)).toEqual(["plan", "location", "recover"]);
});
