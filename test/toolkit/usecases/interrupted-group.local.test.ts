import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { PROVIDER_MIRROR } from "../../helpers/provider.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { hasTerraform } from "../../helpers/terraform.ts";
import { waitFor } from "../../helpers/wait-for.ts";

// A real Ctrl-C at the worst moment: Azure has created the resource group, but terraform has not received the response.

const LAUNCHER = path.resolve("bin", "same-kit.cjs");
const CHOICES = ["--location", "northeurope", "--var", "log_retention_days=60"];
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SAME_|FUNCTIONS_)/.test(name)));

type Call = { process: ChildProcess; ended: Promise<{ code: number | null; output: string }> };

function start(cwd: string, command: "up" | "down", ...args: string[]): Call {
  const all = [LAUNCHER, command, "--rehearse", "--provider-mirror", PROVIDER_MIRROR, ...args];
  const child = spawn(process.execPath, all, { cwd, env: { ...env, CI: "1" }, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return { process: child, ended: once(child, "close").then(([code]) => ({ code, output })) };
}

const up = (cwd: string, ...args: string[]) => start(cwd, "up", "--skip-publish", "--skip-smoke", ...args);

const environmentDir = (cwd: string) => path.join(cwd, ".same-kit", "env", "dev.rehearsal");

/** The resource types in the rehearsal's Azure. */
async function typesIn(cwd: string): Promise<string[]> {
  const file = path.join(environmentDir(cwd), "mini-azure", "mini-azure.json");
  const text = await readFile(file, "utf8").catch(() => '{"resources":[]}');
  const { resources } = JSON.parse(text) as { resources: { type: string; location?: string }[] };
  return resources.map(({ type, location }) => `${type} ${location ?? ""}`);
}

const GROUP = "Microsoft.Resources/resourceGroups northeurope";

describe.skipIf(!hasTerraform)("a Ctrl-C while Azure creates the resource group", () => {
  test("leads to a report of what is left, the next up continues with the same choices, and down removes the group", {
    timeout: 120_000,
  }, async () => {
    const cwd = await makeTempDir();
    const interrupted = up(cwd, "--fail", "slow-group", ...CHOICES);
    await waitFor(async () => (await typesIn(cwd)).includes(GROUP), { what: "the group", deadlineMs: 60_000 });
    interrupted.process.kill("SIGINT");
    const { code, output } = await interrupted.ended;
    expect({ code, types: await typesIn(cwd) }).toEqual({ code: 130, types: [GROUP] });
    expect(output).toMatch(
      /ERR_PROVISION_INTERRUPTED Stopped\. \d of 12 resources were finished and are recorded in the state\.\nContinue with `same-kit up --rehearse` and the same options, or remove everything with `same-kit down --rehearse`\./,
    );
    const elsewhere = await makeTempDir();
    await cp(path.join(cwd, ".same-kit"), path.join(elsewhere, ".same-kit"), { recursive: true });

    const removed = await start(cwd, "down").ended;
    expect(removed).toEqual({ code: 0, output: expect.stringMatching(/✓ Remove rg-same-dev-/) });
    expect(await typesIn(cwd)).toEqual([]);
    expect(await readdir(environmentDir(cwd))).not.toContain("terraform");

    const continued = await up(elsewhere).ended;
    expect(continued.code, continued.output).toBe(0);
    expect(continued.output).toContain("As in the last `up`, which did not finish: log_retention_days, location.");
    expect(continued.output).toContain("✓ Adopt azurerm_resource_group.this, which already exists");
    const types = await typesIn(elsewhere);
    expect(types.filter((type) => type === GROUP)).toHaveLength(1);
    expect(types).toContain("Microsoft.Storage/storageAccounts northeurope");
  });
});
