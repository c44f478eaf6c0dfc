import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { ageState, holdStateLock } from "../../rehearsal/src/drills/terraform-state.ts";
import { startTestMiniAzure } from "../helpers/mini-azure.ts";
import { makeTempDir } from "../helpers/temp-dir.ts";
import { hasTerraform, prepareRehearsal, rehearse } from "../helpers/terraform.ts";
import { waitFor } from "../helpers/wait-for.ts";

describe.skipIf(!hasTerraform)("failures as reported by terraform", () => {
  test.each([
    ["session-expired", /AADSTS700082/],
    ["subscription-unknown", /unexpected status 404 \(404 Not Found\) with error: SubscriptionNotFound/],
    ["quota", /unexpected status 401 [\s\S]*without additional quota[\s\S]*Current Limit \(FlexConsumption VMs\): 0/],
    [
      "no-rights",
      /unexpected status 403 [\s\S]*AuthorizationFailed[\s\S]*does not have authorization to perform action/,
    ],
    ["policy", /RequestDisallowedByPolicy/],
    ["namespace-unregistered", /MissingSubscriptionRegistration/],
    ["name-taken", /the Site Name "same-dev-[0-9a-f]{6}" failed the availability check/],
    ["storage-name-taken", /StorageAccountAlreadyTaken/],
    [
      "exists-not-in-state",
      /already exists - to be managed via Terraform this resource needs to be imported into the State/,
    ],
    ["region-unsupported", /LocationNotAvailableForResourceType/],
    ["plan-mixing", /pricing tier isn't allowed in this resource group/],
    ["setting-refused", /"ExtendedCode":"51021"/],
    ["apply-partly-failed", /unexpected status 409 \(409 Conflict\) with error: Conflict/],
    ["throttled", /unexpected status 429/],
    ["tls-interception", /self-signed certificate/],
  ])("%s", async (fail, message) => {
    const rehearsal = await rehearse(await startTestMiniAzure({ fail }));
    const { exitCode, text } = await rehearsal.run("apply", "-auto-approve");
    expect(exitCode).toBe(1);
    expect(text).toMatch(message);
  });

  test.each([
    ["provider-blocked", /could not connect to registry\.terraform\.io/],
    ["lock-file-mismatch", /doesn't match any\s+of\s+the\s+checksums/],
  ])("%s", async (fail, message) => {
    const rehearsal = await prepareRehearsal(await startTestMiniAzure({ fail }));
    const { exitCode, text } = await rehearsal.run("init");
    expect(exitCode).toBe(1);
    expect(text).toMatch(message);
  });

  test("apply-dies: a resource exists that is not in the state, and recovering adopts it", async () => {
    const rehearsal = await rehearse(await startTestMiniAzure({ fail: "apply-dies" }));
    const died = await rehearsal.run("apply", "-auto-approve");
    const again = await rehearsal.run("apply", "-auto-approve");
    const recovered = await rehearsal.run("apply", "-auto-approve", "-var=recover=true");
    expect(died.text).toMatch(/socket hang up|ECONNRESET/);
    expect(again.text).toMatch(/needs to be imported into the State/);
    expect(recovered.exitCode).toBe(0);
    expect(await rehearsal.run("plan", "-detailed-exitcode")).toMatchObject({ exitCode: 0 });
  });

  test("outputs-missing: the host name is missing from the outputs", async () => {
    const rehearsal = await rehearse(await startTestMiniAzure({ fail: "outputs-missing" }));
    expect(await rehearsal.run("apply", "-auto-approve")).toMatchObject({ exitCode: 0 });
    expect(await rehearsal.outputs()).not.toHaveProperty("host_name");
  });

  test("group-not-empty: the group contains a foreign resource", async () => {
    const mini = await startTestMiniAzure({ fail: "group-not-empty" });
    const rehearsal = await rehearse(mini);
    await rehearsal.run("apply", "-auto-approve");
    const { resource_group } = await rehearsal.outputs();
    const { body } = await mini.arm(
      "GET",
      `/subscriptions/${mini.subscriptionId}/resourceGroups/${resource_group}/resources`,
    );
    const untagged = (body as { value: { name: string; tags?: object }[] }).value.filter(
      ({ tags }) => tags === undefined,
    );
    expect(untagged.map(({ name }) => name)).toContain("someone-elses-network");
  });

  test("app-not-found affects the publisher, but not terraform", async () => {
    const mini = await startTestMiniAzure({ fail: "app-not-found" });
    const rehearsal = await rehearse(mini);
    expect(await rehearsal.run("apply", "-auto-approve")).toMatchObject({ exitCode: 0 });
    const { app_id } = await rehearsal.outputs();
    const statuses = [
      await mini.arm("GET", String(app_id)),
      await mini.arm("GET", String(app_id)),
      await mini.arm("GET", String(app_id)),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 200]);
  });

  test("slow: an interrupt cancels pending operations and keeps finished ones", async () => {
    const rehearsal = await rehearse(await startTestMiniAzure({ fail: "slow" }));
    const apply = execa(
      "terraform",
      [`-chdir=${rehearsal.dir}`, "apply", "-input=false", "-no-color", "-auto-approve"],
      {
        env: rehearsal.env,
        extendEnv: false,
        reject: false,
        all: true,
      },
    );
    let printed = "";
    apply.all.on("data", (chunk: Buffer) => {
      printed += chunk.toString("utf8");
    });
    await waitFor(() => printed.includes("azurerm_application_insights.this: Creation complete"), {
      what: "all but the storage account",
    });
    apply.kill("SIGINT");
    const { exitCode } = await apply;
    expect(exitCode).toBe(1);
    expect(printed).toContain("context canceled");
    expect((await rehearsal.run("state", "list")).text).toContain("azurerm_resource_group.this");
  });

  test("a held state is locked, and free after its release", async () => {
    const rehearsal = await rehearse(await startTestMiniAzure());
    const lock = await holdStateLock(rehearsal.dir, rehearsal.env);
    const locked = await rehearsal.run("plan");
    await lock.release();
    expect(locked.text).toContain("Error acquiring the state lock");
    expect(await rehearsal.run("plan")).toMatchObject({ exitCode: 0 });
  });

  test.each(["before the first apply", "after one"])("an aged state makes the saved plan stale, %s", async (when) => {
    const rehearsal = await rehearse(await startTestMiniAzure());
    if (when === "after one") await rehearsal.run("apply", "-auto-approve");
    await rehearsal.run("plan", "-out=saved", '-var=tags={a="b"}');
    await ageState(rehearsal.dir);
    const { exitCode, text } = await rehearsal.run("apply", "saved");
    expect(exitCode).toBe(1);
    expect(text).toContain("Saved plan is stale");
  });
});

describe("machines with a tool missing or misconfigured", () => {
  const machine = async (fail: string) => {
    const mini = await startTestMiniAzure({ fail });
    return mini.machineEnv(await makeTempDir(), process.env);
  };
  const runTool = (tool: string, args: string[], env: Record<string, string>) =>
    execa(tool, args, { env, extendEnv: false, reject: false });

  test.each([
    ["az-missing", "az"],
    ["terraform-missing", "terraform"],
  ])("%s", async (fail, tool) => {
    expect(await runTool(tool, ["version"], await machine(fail))).toMatchObject({ code: "ENOENT" });
  });

  test("not-logged-in", async () => {
    const env = await machine("not-logged-in");
    const { exitCode, stderr } = await runTool("az", ["account", "show"], env);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "ERROR: Please run 'az login' to setup account." });
    expect(env["ARM_CLIENT_SECRET"]).toBe("");
  });

  test("terraform-old", async () => {
    const { stdout } = await runTool("terraform", ["version", "-json"], await machine("terraform-old"));
    expect(JSON.parse(stdout)).toMatchObject({ terraform_version: "1.5.7" });
  });

  test("any other drill leaves the machine unchanged", async () => {
    expect(await machine("quota")).toEqual({});
  });
});
