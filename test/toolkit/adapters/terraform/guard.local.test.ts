import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { identifyProcess, packageRoot } from "@same-kit/shared";
import { expect, test } from "vitest";
import { Terraform } from "../../../../toolkit/src/adapters/terraform/terraform.ts";
import type { TerraformError } from "../../../../toolkit/src/adapters/terraform/terraform-error.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

/** A terraform that runs until it was interrupted `times` times, and records each interrupt. */
async function fakeTerraform(times: number): Promise<{ binary: string; record: string; read: () => Promise<string> }> {
  const folder = await makeTempDir();
  const record = path.join(folder, "record");
  const binary = path.join(folder, "terraform");
  await writeFile(
    binary,
    `#!/bin/sh
n=0
trap 'n=$((n+1)); echo Interrupt received.; echo interrupt >> "${record}"; [ $n -ge ${times} ] && exit 1' INT
echo started >> "${record}"
while :; do sleep 0.05; done
`,
  );
  await chmod(binary, 0o755);
  return { binary, record, read: () => readFile(record, "utf8").catch(() => "") };
}

function terraformWith(binary: string, signal: AbortSignal, leaveNow: AbortSignal): Terraform {
  return new Terraform({
    binary,
    dir: "/",
    env: process.env,
    lockTimeoutSeconds: 1,
    signal,
    leaveNow,
  });
}

const never = new AbortController().signal;

test("an abort is a single interrupt, and the run is awaited", async () => {
  const { binary, read } = await fakeTerraform(1);
  const stop = new AbortController();
  const run = terraformWith(binary, stop.signal, never).apply("plan", () => {});
  await waitFor(async () => (await read()).includes("started"), { what: "terraform's start" });
  stop.abort();
  await expect(run).rejects.toMatchObject({ code: "ERR_TERRAFORM", command: "apply", run: { exitCode: 1 } });
  expect(await read()).toBe("started\ninterrupt\n");
});

test("azurerm gets one correlation ID per command, and terraform gets no variables that would alter it", async () => {
  const folder = await makeTempDir();
  const binary = path.join(folder, "terraform");
  await writeFile(binary, "#!/bin/sh\nenv\nexit 1\n", { mode: 0o755 });
  const env = { ...process.env, TF_CLI_ARGS: "-x", TF_CLI_ARGS_plan: "-y", TF_WORKSPACE: "w", TF_LOG: "trace" };
  const settings = { binary, dir: folder, env, lockTimeoutSeconds: 1, signal: never };
  const terraform = new Terraform(settings);
  const seen = async () =>
    (await terraform.apply("plan", () => {}).catch((error: TerraformError) => error.run.stdout.split("\n"))) ?? [];
  const [first, second] = [await seen(), await seen()];
  const idOf = (lines: string[]) => lines.find((line) => line.startsWith("ARM_CORRELATION_REQUEST_ID="));
  expect(idOf(first)).toMatch(/=[0-9a-f-]{36}$/);
  expect(idOf(second)).toBe(idOf(first));
  expect(first).toEqual(expect.arrayContaining([`TF_LOG_PATH=${folder}/terraform.log`, "TF_IN_AUTOMATION=1"]));
  expect(first.filter((line) => /^TF_(CLI_ARGS|WORKSPACE)/.test(line))).toEqual([]);
});

test("leaving immediately is a second interrupt", async () => {
  const { binary, read } = await fakeTerraform(2);
  const [stop, leave] = [new AbortController(), new AbortController()];
  const run = terraformWith(binary, stop.signal, leave.signal).apply("plan", () => {});
  await waitFor(async () => (await read()).includes("started"), { what: "terraform's start" });
  stop.abort();
  await waitFor(async () => (await read()).includes("interrupt"), { what: "the first interrupt" });
  leave.abort();
  await expect(run).rejects.toMatchObject({ code: "ERR_TERRAFORM" });
  expect(await read()).toBe("started\ninterrupt\ninterrupt\n");
});

test("terraform is interrupted once when its parent is killed, and its output does not crash it", async () => {
  const { binary, read } = await fakeTerraform(1);
  const guard = path.join(packageRoot(), "dist", "terraform", "guard.cjs");
  const starter = spawn(process.execPath, [
    "-e",
    `require("node:child_process").fork(${JSON.stringify(guard)}, [${JSON.stringify(binary)}], { silent: true })`,
  ]);
  await waitFor(async () => (await read()).includes("started"), { what: "terraform's start" });
  starter.kill("SIGKILL");
  await once(starter, "exit");
  await waitFor(async () => (await read()).includes("interrupt"), { what: "the interrupt" });
  expect(await read()).toBe("started\ninterrupt\n");
});

test("a killed terraform is reported as such, and its provider does not keep running", async () => {
  const folder = await makeTempDir();
  const [binary, pidFile] = [path.join(folder, "terraform"), path.join(folder, "provider.pid")];
  const provider = `sh -c 'echo $$ > "${pidFile}"; exec sleep 600' > /dev/null 2>&1 &`;
  await writeFile(binary, `#!/bin/sh\necho '{"type":"version","ui":"1.2"}'\n${provider}\nwait\n`, { mode: 0o755 });
  const run = terraformWith(binary, never, never).apply("plan", () => {});
  const providerPid = await waitFor(async () => Number(await readFile(pidFile, "utf8").catch(() => "")) || undefined);
  const terraformPid = Number((await readFile(`/proc/${providerPid}/stat`, "utf8")).split(" ")[4]);
  process.kill(terraformPid, "SIGKILL");
  await expect(run).rejects.toMatchObject({
    code: "ERR_TERRAFORM",
    message: expect.stringMatching(/^terraform apply failed \(exit code 1\)\.\nterraform was ended by SIGKILL/),
  });
  await waitFor(() => identifyProcess(providerPid) === undefined, { what: "the provider's end" });
});

test("a missing terraform is reported with a remedy", async () => {
  const terraform = terraformWith("/nowhere/terraform", never, never);
  await expect(terraform.version()).rejects.toMatchObject({
    code: "ERR_PREFLIGHT_TERRAFORM_MISSING",
    hint: "Install Terraform 1.9 or newer, or specify it with --terraform.",
  });
});
