import { describe, expect, test } from "vitest";
import { HEALED } from "../../helpers/drill-cases.ts";
import { failing } from "../../helpers/failing-deployment.ts";
import { type RecordingView, recordingView } from "../../helpers/recording-view.ts";
import { rehearseDeployment } from "../../helpers/rehearsed-deployment.ts";
import { hasTerraform } from "../../helpers/terraform.ts";

/** A recording view that tells each note as it comes. */
function notifying(onNote: (text: string) => void): RecordingView {
  const view = recordingView();
  return {
    ...view,
    phase: (title, work) =>
      view.phase(title, ({ say, note }) =>
        work({
          say,
          note(text) {
            note(text);
            onNote(text);
          },
        }),
      ),
  };
}

describe.skipIf(!hasTerraform)("a deployment that was hindered", () => {
  test.each(HEALED)("%s heals by itself", async (drill, noted) => {
    const deployment = await rehearseDeployment();
    const { smokeTest, view } = await deployment.up({}, { fail: drill });
    expect(view.log).toContainEqual(expect.stringMatching(noted));
    expect(smokeTest).toBe("passed");
  });

  test.each(HEALED.filter(([drill]) => drill !== "exists-not-in-state"))(
    "%s that does not pass is told",
    async (drill, _noted, code) => {
      const deployment = await rehearseDeployment();
      expect((await failing(deployment, { fail: `${drill}:always` })).code).toBe(code);
    },
  );

  test("an apply that died half-way resumes: what it left is adopted", async () => {
    const deployment = await rehearseDeployment();
    await failing(deployment, { fail: "apply-dies" });
    const { smokeTest, view } = await deployment.up();
    expect(view.log).toContainEqual(expect.stringMatching(/^run Adopt azurerm_/));
    expect(smokeTest).toBe("passed");
  });

  test("an apply that failed for one resource makes only the rest the next time", async () => {
    const deployment = await rehearseDeployment();
    await failing(deployment, { fail: "apply-partly-failed" });
    const { changes, smokeTest } = await deployment.up();
    const addresses = changes.map(({ address }) => address);
    expect(addresses).toContain("azurerm_application_insights.this");
    expect(addresses).not.toContain("azurerm_resource_group.this");
    expect(smokeTest).toBe("passed");
  });

  test("after a failed smoke test only that is done again", async () => {
    const deployment = await rehearseDeployment();
    await failing(deployment, { fail: "smoke-failed" });
    const { view } = await deployment.up();
    expect(view.log).toContain("skip Publish the app: this package is there already");
    expect(view.log).toContain("run Smoke test: run the singlestep notebook");
  });

  test("an interrupt stops terraform once, keeps what is done, and the next up goes on without replacing anything", async () => {
    const deployment = await rehearseDeployment();
    const stop = new AbortController();
    const view = notifying((text) => {
      if (text.startsWith("create azurerm_application_insights")) stop.abort(new Error("Interrupted by SIGINT."));
    });
    const shown = await failing(deployment, { fail: "slow", view, signal: stop.signal });
    expect(shown.code).toBe("ERR_PROVISION_INTERRUPTED");
    expect(shown.text).toMatch(/^Stopped\. [1-9]\d* of \d+ resources were finished.*\nGo on with `same-kit up`/);
    const next = await deployment.up();
    expect(next.smokeTest).toBe("passed");
    expect(next.view.log).not.toContainEqual(expect.stringMatching(/^note delete /));
  });

  test("down refuses a group that holds what is not ours, and deletes nothing", async () => {
    const deployment = await rehearseDeployment();
    await deployment.up({}, { fail: "group-not-empty" });
    const shown = await failing(deployment, { fail: "group-not-empty" }, "down");
    expect(shown.code).toBe("ERR_REMOVE_NOT_EMPTY");
    expect(shown.message).toMatch(/holds what same-kit did not make: someone-elses-network .*Nothing was deleted\.$/);
    expect((await deployment.up()).changes).toEqual([]);
  });
});
