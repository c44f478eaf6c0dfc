import { spawnSync } from "node:child_process";
import { copyFile, cp, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { TestMiniAzure } from "./mini-azure.ts";
import { testProvider } from "./provider.ts";
import { makeTempDir } from "./temp-dir.ts";

const MODULE = path.resolve("terraform");

/** Whether tests of the real terraform can run; in CI, a missing terraform is a failure. */
export const hasTerraform = process.env["CI"] !== undefined || spawnSync("terraform", ["version"]).status === 0;

export type TerraformRun = { exitCode: number; text: string };

export type Rehearsal = {
  dir: string;
  env: NodeJS.ProcessEnv;
  run(...args: string[]): Promise<TerraformRun>;
  /** `output -json`, values only. */
  outputs(): Promise<Record<string, unknown>>;
};

const TAKES_INPUT = ["init", "plan", "apply", "destroy", "import"];
const PRINTS_DATA = ["output", "state"];

/** The module in its own folder, initialised with the stand-in provider for `mini`. */
export async function rehearse(mini: TestMiniAzure, variables: Record<string, unknown> = {}): Promise<Rehearsal> {
  const rehearsal = await prepareRehearsal(mini, variables);
  const init = await rehearsal.run("init");
  if (init.exitCode !== 0) throw new Error(init.text);
  return rehearsal;
}

/** Like {@link rehearse}, without `terraform init`. */
export async function prepareRehearsal(
  mini: TestMiniAzure,
  variables: Record<string, unknown> = {},
): Promise<Rehearsal> {
  const dir = await makeTempDir();
  const provider = await mini.installProvider(await makeTempDir(), await testProvider());
  for (const name of await readdir(MODULE)) {
    if (name.endsWith(".tf")) await copyFile(path.join(MODULE, name), path.join(dir, name));
  }
  await copyFile(path.join(MODULE, "standalone/provider.tf"), path.join(dir, "provider.tf"));
  if (provider.lockFile !== undefined) await writeFile(path.join(dir, ".terraform.lock.hcl"), provider.lockFile);
  const values = { subscription_id: mini.subscriptionId, metadata_host: mini.metadataHost, ...variables };
  await writeFile(path.join(dir, "test.auto.tfvars.json"), JSON.stringify(values));
  const env = { ...process.env, ...mini.env, ...provider.env, TF_IN_AUTOMATION: "1" };
  return createRehearsal(dir, env);
}

/**
 * The module as terraform users have it: in its own folder, used by the root module in `standalone`.
 *
 * @param mainText - Replaces `standalone/main.tf`.
 */
export async function rehearseStandalone(mini: TestMiniAzure, mainText?: string): Promise<Rehearsal> {
  const folder = await makeTempDir();
  await cp(MODULE, folder, { recursive: true });
  const dir = path.join(folder, "standalone");
  if (mainText !== undefined) await writeFile(path.join(dir, "main.tf"), mainText);
  const provider = await mini.installProvider(await makeTempDir(), await testProvider());
  const values = { TF_VAR_subscription_id: mini.subscriptionId, TF_VAR_metadata_host: mini.metadataHost };
  const env = { ...process.env, ...mini.env, ...provider.env, ...values, TF_IN_AUTOMATION: "1" };
  const rehearsal = createRehearsal(dir, env);
  const init = await rehearsal.run("init");
  if (init.exitCode !== 0) throw new Error(init.text);
  return rehearsal;
}

function createRehearsal(dir: string, env: NodeJS.ProcessEnv): Rehearsal {
  const run = async (command: string, ...args: string[]): Promise<TerraformRun> => {
    const flags = [
      ...(TAKES_INPUT.includes(command) ? ["-input=false"] : []),
      ...(PRINTS_DATA.includes(command) ? [] : ["-no-color"]),
    ];
    const result = await execa("terraform", [`-chdir=${dir}`, command, ...flags, ...args], {
      env,
      extendEnv: false,
      reject: false,
      all: true,
    });
    return { exitCode: result.exitCode ?? -1, text: joinDiagnostic(result.all) };
  };
  return {
    dir,
    env,
    run: (command = "", ...args) => run(command, ...args),
    async outputs() {
      const { text } = await run("output", "-json");
      const outputs = JSON.parse(text) as Record<string, { value: unknown }>;
      return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
    },
  };
}

/** Terraform wraps its output for users and draws a frame around it. */
function joinDiagnostic(text: string): string {
  return text.replaceAll(/\n?[│╷╵]/g, "\n").trim();
}
