import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { fakeFunc } from "../../helpers/fake-func.ts";
import { recordingView } from "../../helpers/recording-view.ts";
import { rehearseDeployment } from "../../helpers/rehearsed-deployment.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { hasTerraform } from "../../helpers/terraform.ts";

const runs = (log: readonly string[]) => log.filter((line) => /^(run|skip|fail) /.test(line));

describe.skipIf(!hasTerraform)("a rehearsed deployment", () => {
  test("goes from nothing to a smoke-tested app, repeats no finished work, and is removed completely", async () => {
    const deployment = await rehearseDeployment();
    const first = await deployment.up();
    expect(runs(first.view.log)).toEqual([
      "run Check tools and sign-in",
      "run Initialise terraform",
      "run Plan",
      "run Apply",
      "run Capture the outputs",
      "run Pack the app",
      "run Publish the app",
      "run Wait until the app is healthy",
      "run Smoke test: run the singlestep notebook",
    ]);
    expect(first.smokeTest).toBe("passed");
    expect(first.view.log).toContain(`note app ${first.outputs?.appName}, host ${first.outputs?.hostName}`);
    expect((await stat(deployment.folder.outputsFile)).mode & 0o777).toBe(0o600);

    const second = await deployment.up();
    expect(runs(second.view.log)).toEqual([
      "run Check tools and sign-in",
      "skip Initialise terraform: nothing has changed",
      "run Plan",
      "skip Apply: nothing has changed",
      "run Capture the outputs",
      "run Pack the app",
      "skip Publish the app: this package is already deployed",
      "skip Smoke test: passed before with this package",
    ]);

    const removed = await deployment.down();
    expect(removed.kind).toBe("removed");
    expect(removed.changes).toBe(first.changes.length);
    expect((await deployment.down()).kind).toBe("nothing");
  });

  test("the access key reaches the site, but no output of the command", async () => {
    const deployment = await rehearseDeployment();
    const { outputs, view } = await deployment.up();
    const key = outputs?.accessKey ?? "";
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(deployment.site.boots[0]?.appSettings["SAME_ACCESS_KEY"]).toBe(key);
    expect([...view.log, ...view.said].join("\n")).not.toContain(key);
  });

  test("the key-less setting that azurerm adds is removed, even if a file requests an identity", async () => {
    const deployment = await rehearseDeployment();
    const file = path.join(deployment.appDir, "identity.tfvars");
    await writeFile(file, 'storage_access = "identity"\n');
    const skip = { terraform: false, publish: true, smoke: true };
    const { view } = await deployment.up({ variableFiles: [file], skip });
    expect(view.log).toContainEqual(expect.stringMatching(/^line Removed the storage setting without a key/));
    const { view: again } = await deployment.up({ variableFiles: [file], skip });
    expect(again.log.join("\n")).not.toContain("Removed the storage setting");
  });

  test("a later call without options refers to the same deployment, until one specifies otherwise", async () => {
    const deployment = await rehearseDeployment();
    const skip = { terraform: false, publish: true, smoke: true };
    await deployment.up({ variables: { location: "northeurope", tags: { team: "blue" } }, skip });
    const { changes, view } = await deployment.up({ skip });
    expect(changes).toEqual([]);
    expect(view.log).toContainEqual(
      expect.stringMatching(/^line As this environment was deployed before: location, tags\./),
    );
    const other = await deployment.up({ variables: { tags: { team: "red" } }, planOnly: true, skip });
    expect(other.changes.length).toBeGreaterThan(0);
    expect(other.changes.every(({ action }) => action === "update")).toBe(true);
    expect((await deployment.up({ skip })).changes).toEqual([]);
  });

  test("--plan shows the summary and changes nothing", async () => {
    const deployment = await rehearseDeployment();
    const { kind, view } = await deployment.up({ planOnly: true, variables: { log_retention_days: 60 } });
    expect(kind).toBe("planned");
    expect(view.log).toContainEqual(expect.stringMatching(/^line .* kept for 60 days\.$/));
    expect(view.log).toContainEqual(expect.stringMatching(/^line Plan: \d+ to create\.$/));
    expect(view.log).toContainEqual(expect.stringMatching(/^line {3}\+ Resource group +rg-same-dev-/));
    expect(view.log).not.toContain("run Apply");
    expect((await deployment.up({ planOnly: true })).changes.length).toBeGreaterThan(5);
  });

  test("--plan publishes nothing, even if only the app has changed", async () => {
    const deployment = await rehearseDeployment();
    await deployment.up();
    await writeFile(path.join(deployment.appDir, "main.cjs"), "// Another app.\n");
    const { kind, changes, view } = await deployment.up({ planOnly: true });
    expect({ kind, changes }).toEqual({ kind: "planned", changes: [] });
    expect(runs(view.log).at(-1)).toBe("skip Apply: nothing has changed");
    expect(deployment.site.boots).toHaveLength(1);
  });

  test.each([
    ["typo.tfvars", 'locatoin = "westeurope"\n', /^A variable file sets .*: "locatoin" \(\/.*\/typo\.tfvars\)/],
    ["broken.tfvars", "location = \n", /^\/.*\/broken\.tfvars:1: Invalid expression\. /],
    ["wrong.tfvars.json", '{"location":"West Europe","plan":"big"}', /region's short name[\s\S]*plan must be flex/],
  ])("an error in %s is reported before anything is changed", async (name, content, text) => {
    const deployment = await rehearseDeployment();
    const file = path.join(await makeTempDir(), name);
    await writeFile(file, content);
    const view = recordingView();
    const failure = deployment.up({ variableFiles: [file] }, { view });
    await expect(failure).rejects.toMatchObject({
      code: "ERR_VARIABLE",
      exitCode: 2,
      message: expect.stringMatching(text),
    });
    expect(view.log).not.toContain("run Apply");
  });

  test("user settings that would alter terraform are not used, and are reported", async () => {
    const deployment = await rehearseDeployment();
    const bent = { TF_CLI_ARGS: "-no-such-flag", TF_WORKSPACE: "other", TF_DATA_DIR: "/nowhere" };
    const { kind, view } = await deployment.up({ planOnly: true }, { env: bent });
    expect(kind).toBe("planned");
    expect(view.log[0]).toMatch(/^line Ignored, because .*: TF_CLI_ARGS, TF_WORKSPACE, TF_DATA_DIR\.$/);
  });

  test("answering no changes nothing", async () => {
    const deployment = await rehearseDeployment();
    const { kind, view } = await deployment.up({ assumeYes: false }, { view: recordingView(false) });
    expect(kind).toBe("declined");
    expect(view.log).toContain("ask Make these changes in Azure?");
    expect(view.log).not.toContain("run Apply");
  });

  test("a changed app is published and tested again, and a rollback restores the previous one", async () => {
    const deployment = await rehearseDeployment();
    const first = await deployment.up();
    await writeFile(path.join(deployment.appDir, "main.cjs"), "// Another app.\n");
    const second = await deployment.up();
    expect(second.package?.wasPublished).toBe(true);
    expect(second.view.log).toContain("run Smoke test: run the singlestep notebook");
    const back = await deployment.publish({ isRollback: true });
    expect(back.sha256).toBe(first.package?.sha256);
    expect(deployment.site.boots).toHaveLength(3);
  });

  test("func receives the unpacked package, and the token only on standard input", async () => {
    const deployment = await rehearseDeployment();
    const { outputs } = await deployment.up();
    await writeFile(path.join(deployment.appDir, "main.cjs"), "// Another app.\n");
    const func = await fakeFunc("echo Upload completed successfully.");
    const { wasPublished } = await deployment.publish({}, { publisher: "func", env: func.env });
    expect(wasPublished).toBe(true);
    const [call] = await func.calls();
    expect(call?.args).toMatch(
      new RegExp(`^azure functionapp publish ${outputs?.appName} --subscription [0-9a-f-]{36} `),
    );
    expect(call?.stdin).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(call?.files).toContain("host.json");
    expect((await readFile(path.join(func.dir, "copy", "main.cjs"), "utf8")).trim()).toBe("// Another app.");
  });

  test("a rotated access key is kept until the next rotation", async () => {
    const deployment = await rehearseDeployment();
    const first = await deployment.up();
    const rotated = await deployment.up({ rotateKey: true });
    const later = await deployment.up();
    expect(rotated.outputs?.accessKey).not.toBe(first.outputs?.accessKey);
    expect(later.outputs?.accessKey).toBe(rotated.outputs?.accessKey);
    expect(later.view.log).toContain("skip Apply: nothing has changed");
  });

  test.each(["consumption", "premium"])("the %s plan is deployed by zipdeploy", async (plan) => {
    const deployment = await rehearseDeployment();
    const { outputs, smokeTest } = await deployment.up({ variables: { plan } });
    expect(outputs?.plan).toBe(plan);
    expect(smokeTest).toBe("passed");
    expect((await deployment.up()).changes).toEqual([]);
  });

  test("the journal records the progress, and without a package there is nothing to test", async () => {
    const deployment = await rehearseDeployment();
    const { view, smokeTest } = await deployment.up({ skip: { terraform: false, publish: true, smoke: false } });
    expect(smokeTest).toBe("skipped");
    expect(view.log).toContain("skip Smoke test: no package was published from here");
    const journal = JSON.parse(await readFile(deployment.folder.journalFile, "utf8"));
    expect(journal.phases).toMatchObject({ init: { status: "done" }, provision: { status: "done" } });
    expect(journal.phases).not.toHaveProperty("publish");
  });
});
