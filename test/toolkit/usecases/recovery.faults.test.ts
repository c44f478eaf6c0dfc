import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { codeOfDrill, HEALED } from "../../helpers/drill-cases.ts";
import { failing } from "../../helpers/failing-deployment.ts";
import { type RecordingView, recordingView } from "../../helpers/recording-view.ts";
import { rehearseDeployment } from "../../helpers/rehearsed-deployment.ts";
import { hasTerraform } from "../../helpers/terraform.ts";

/** A recording view that passes on each note as it arrives. */
function notifying(onNote: (text: string) => void): RecordingView {
  const view = recordingView();
  return {
    ...view,
    phase: (title, work) =>
      view.phase(title, ({ say, note, rewrite }) =>
        work({
          say,
          rewrite,
          note(text) {
            note(text);
            onNote(text);
          },
        }),
      ),
  };
}

/** A recording view that interrupts as soon as `moment` is logged. */
function stoppingAt(moment: string, stop: AbortController): RecordingView {
  const view = recordingView();
  const look = () => {
    if (view.log.includes(moment)) stop.abort(new Error("Interrupted by SIGINT."));
  };
  return {
    ...view,
    phase: (title, work) =>
      view.phase(title, (progress) => {
        look();
        return work(progress);
      }),
    async confirm(question) {
      await view.confirm(question);
      look();
      stop.signal.throwIfAborted();
      return true;
    },
  };
}

describe.skipIf(!hasTerraform)("a deployment after a failure", () => {
  test.each(HEALED)("%s recovers automatically", async (drill, noted) => {
    const deployment = await rehearseDeployment();
    const { smokeTest, view } = await deployment.up({}, { fail: drill });
    // Once, however often the fault occurs.
    expect(view.log.filter((line) => noted.test(line))).toHaveLength(1);
    expect(smokeTest).toBe("passed");
  });

  test.each(HEALED.filter(([drill]) => drill !== "exists-not-in-state"))(
    "%s is reported if it does not go away",
    async (drill) => {
      const deployment = await rehearseDeployment();
      expect((await failing(deployment, { fail: `${drill}:always` })).code).toBe(codeOfDrill(drill));
    },
  );

  test("an apply that died halfway is resumed, and its resources are adopted", async () => {
    const deployment = await rehearseDeployment();
    await failing(deployment, { fail: "apply-dies" });
    const { smokeTest, view } = await deployment.up();
    expect(view.log).toContainEqual(expect.stringMatching(/^run Adopt azurerm_/));
    expect(smokeTest).toBe("passed");
  });

  test("after an apply that failed for one resource, the next one creates only the rest", async () => {
    const deployment = await rehearseDeployment();
    await failing(deployment, { fail: "apply-partly-failed" });
    const { changes, smokeTest } = await deployment.up();
    const addresses = changes.map(({ address }) => address);
    expect(addresses).toContain("azurerm_application_insights.this");
    expect(addresses).not.toContain("azurerm_resource_group.this");
    expect(smokeTest).toBe("passed");
  });

  test("after a failed smoke test only the smoke test is repeated", async () => {
    const deployment = await rehearseDeployment();
    await failing(deployment, { fail: "smoke-failed" });
    const { view } = await deployment.up();
    expect(view.log).toContain("skip Publish the app: this package is already deployed");
    expect(view.log).toContain("run Smoke test: run the singlestep notebook");
  });

  test.each(["zero-functions", "host-error"])(
    "after a package that does not run (%s), only the check is repeated, and a rollback restores the good package",
    async (drill) => {
      const deployment = await rehearseDeployment();
      const good = await deployment.up();
      await writeFile(path.join(deployment.appDir, "main.cjs"), "// A broken app.\n");
      const { hint } = await failing(deployment, { fail: drill });
      expect(hint).toContain("`same-kit publish --rollback` restores the previous package.");
      const boots = deployment.site.boots.length;
      await failing(deployment, { fail: drill });
      expect(deployment.site.boots.length).toBe(boots + 1); // The cloud started its existing package; nothing was published.
      const back = await deployment.publish({ isRollback: true });
      expect(back).toMatchObject({ sha256: good.package?.sha256, sizeBytes: good.package?.sizeBytes });
      const forth = await deployment.publish({ isRollback: true });
      expect(forth.sha256).not.toBe(back.sha256);
    },
  );

  test("a rejected publish does not count for a rollback, which publishes the last good package", async () => {
    const deployment = await rehearseDeployment();
    const good = await deployment.up();
    await writeFile(path.join(deployment.appDir, "main.cjs"), "// Another app.\n");
    await failing(deployment, { fail: "build-failed" });
    expect((await deployment.publish({ isRollback: true })).sha256).toBe(good.package?.sha256);
  });

  test.each([
    ["run Check tools and sign-in", "ERR_PREFLIGHT_INTERRUPTED", "Stopped before anything was changed."],
    ["run Initialise terraform", "ERR_PREFLIGHT_INTERRUPTED", "Stopped before anything was changed."],
    ["run Plan", "ERR_PROVISION_INTERRUPTED", "Stopped before anything was changed."],
    ["ask Make these changes in Azure?", "ERR_PROVISION_INTERRUPTED", "Stopped before anything was changed."],
    ["run Capture the outputs", "ERR_PROVISION_INTERRUPTED", "Stopped after terraform had finished."],
    ["run Publish the app", "ERR_DEPLOY_INTERRUPTED", "Stopped during the publish."],
    ["run Wait until the app is healthy", "ERR_VERIFY_INTERRUPTED", "Stopped during the checks."],
    ["run Smoke test: run the singlestep notebook", "ERR_VERIFY_INTERRUPTED", "Stopped during the checks."],
  ])("an interrupt at %j reports the state, and the next up continues", async (moment, code, message) => {
    const deployment = await rehearseDeployment();
    const stop = new AbortController();
    const view = stoppingAt(moment, stop);
    const failure = deployment.up({ assumeYes: false }, { view, signal: stop.signal });
    await expect(failure).rejects.toMatchObject({ code, message: expect.stringContaining(message), exitCode: 130 });
    expect((await deployment.up()).smokeTest).toBe("passed");
  });

  test("an interrupt stops terraform once, keeps finished work, and the next up continues without replacing anything", async () => {
    const deployment = await rehearseDeployment();
    const stop = new AbortController();
    const view = notifying((text) => {
      if (text.startsWith("create azurerm_application_insights")) stop.abort(new Error("Interrupted by SIGINT."));
    });
    const shown = await failing(deployment, { fail: "slow", view, signal: stop.signal });
    expect(shown.code).toBe("ERR_PROVISION_INTERRUPTED");
    expect(shown.text).toMatch(/^Stopped\. [1-9]\d* of \d+ resources were finished.*\nContinue with `same-kit up`/);
    const next = await deployment.up();
    expect(next.smokeTest).toBe("passed");
    expect(next.view.log).not.toContainEqual(expect.stringMatching(/^note delete /));
  });

  test("a removal interrupted at its last check is finished by the next one", async () => {
    const deployment = await rehearseDeployment();
    await deployment.up({ skip: { terraform: false, publish: true, smoke: true } });
    const stop = new AbortController();
    const view = stoppingAt("run Check that nothing is left", stop);
    const failure = deployment.down({}, { view, signal: stop.signal });
    await expect(failure).rejects.toMatchObject({ code: "ERR_REMOVE_INTERRUPTED", exitCode: 130 });
    expect((await deployment.down()).kind).toBe("nothing");
    expect(existsSync(deployment.folder.outputsFile)).toBe(false);
  });

  test("down without a state lists what is left in Azure, and removes nothing", async () => {
    const deployment = await rehearseDeployment();
    await deployment.up({ skip: { terraform: false, publish: true, smoke: true } });
    const elsewhere = `${deployment.folder.terraformDir}.elsewhere`;
    await rename(deployment.folder.terraformDir, elsewhere);
    const { kind, leftGroups, view } = await deployment.down();
    expect({ kind, leftGroups }).toEqual({ kind: "nothing", leftGroups: [expect.stringMatching(/^rg-same-dev-/)] });
    expect(view.log.join("\n")).toMatch(
      /line {3}resource group rg-same-dev-[\s\S]*az group delete --name rg-same-dev-/,
    );
    await rename(elsewhere, deployment.folder.terraformDir);
    expect(await deployment.down()).toMatchObject({ kind: "removed", leftGroups: [] });
  });

  test("down removes a group that an interrupted run did not record", async () => {
    const deployment = await rehearseDeployment();
    await deployment.up({ skip: { terraform: false, publish: true, smoke: true } });
    const file = path.join(deployment.folder.terraformDir, "terraform.tfstate");
    const state = JSON.parse(await readFile(file, "utf8")) as { serial: number; resources: { type: string }[] };
    const resources = state.resources.filter(({ type }) => type === "terraform_data");
    await writeFile(file, JSON.stringify({ ...state, serial: state.serial + 1, resources }));
    const { kind, leftGroups, view } = await deployment.down();
    expect({ kind, leftGroups }).toEqual({ kind: "removed", leftGroups: [] });
    expect(view.log).toContainEqual(expect.stringMatching(/^run Remove rg-same-dev-/));
    expect((await deployment.down()).kind).toBe("nothing");
  });

  test("down rejects a group with foreign resources, and deletes nothing", async () => {
    const deployment = await rehearseDeployment();
    await deployment.up({}, { fail: "group-not-empty" });
    const shown = await failing(deployment, { fail: "group-not-empty" }, "down");
    expect(shown.code).toBe("ERR_REMOVE_NOT_EMPTY");
    expect(shown.message).toMatch(
      /contains resources that this environment did not create: someone-elses-network .*Nothing was deleted\.$/,
    );
    expect(shown.hint).toContain(`In this rehearsal, remove ${deployment.folder.dir} to start over.`);
    expect((await deployment.up()).changes).toEqual([]);
  });
});
