import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { hintText, sameKit } from "../../../shared/src/index.ts";
import { NO_CHOICES } from "../../../toolkit/src/deployment/choices.ts";
import { environmentFolder } from "../../../toolkit/src/deployment/environment.ts";
import { describeDown, describeUp, upDocument } from "../../../toolkit/src/reports/deployment-report.ts";
import type { UpResult } from "../../../toolkit/src/usecases/up.ts";

const OUTPUTS = {
  appName: "same-dev-1",
  hostName: "same-dev-1-a.azurewebsites.net",
  appId: "/subscriptions/s/app",
  resourceGroup: "rg",
  plan: "flex" as const,
  storageAccount: "st",
  accessKey: "c0ffee",
};

const RESULT: UpResult = {
  kind: "deployed",
  changes: [],
  outputs: OUTPUTS,
  package: null,
  smokeTest: "passed",
  portalUrl: "https://portal.azure.com/#resource",
  choices: { ...NO_CHOICES, variables: { app_settings: { TOKEN: "hidden" } } },
};

const AGAIN = { ...sameKit("up", "--location", "northeurope"), isBare: true };

const shown = (changes: Partial<UpResult> = {}, isRehearsal = false) =>
  describeUp({ ...RESULT, ...changes }, environmentFolder("/state", "dev", isRehearsal), AGAIN).map((it) =>
    hintText(it),
  );

describe("the end of up", () => {
  test("in Azure shows the one line that sets host and key for every client, but no key", () => {
    const lines = shown();
    expect(lines).toContain('  eval "$(same-kit outputs --export --show-key)"');
    expect(lines).toContain("  same run -t functions -f same.yaml");
    expect(lines.join("\n")).not.toContain("c0ffee");
  });

  test("in Azure matches the page for users of SAME", async () => {
    const page = await readFile("docs/from-same.md", "utf8");
    const lines = shown();
    const from = lines.findIndex((line) => line.startsWith("To set host and access key"));
    const to = lines.indexOf("  same run -t functions -f same.yaml");
    expect(page).toContain(`\`\`\`\n${lines.slice(from, to + 1).join("\n")}\n\`\`\``);
  });

  test("after a rehearsal is the exact command for Azure", () => {
    const lines = shown({}, true);
    expect(lines[lines.indexOf("The same in Azure:") + 1]).toBe("  same-kit up --location northeurope");
  });

  test("after --plan is the exact command that applies it", () => {
    const change = { type: "t", address: "t.a", label: "T", name: null, attributes: [], isHalfMade: false };
    const lines = shown({ kind: "planned", changes: [{ ...change, action: "create" }] });
    expect(lines.at(-1)).toBe("Nothing was changed. Run `same-kit up --location northeurope` to apply it.");
  });

  test("with --json contains neither the key nor the choices", () => {
    const text = JSON.stringify(upDocument(RESULT, environmentFolder("/state", "dev", false)));
    expect(text).toContain("same-dev-1");
    expect(text).not.toMatch(/c0ffee|hidden/);
  });

  test("with --json lists what a plan permanently deletes", () => {
    const change = { type: "azurerm_storage_account", address: "s.a", label: "Storage", name: "st1", attributes: [] };
    const changes: UpResult["changes"] = [{ ...change, isHalfMade: false, action: "replace" }];
    const planned: UpResult = { ...RESULT, kind: "planned", changes, outputs: null };
    expect(upDocument(planned, environmentFolder("/state", "dev", false))).toMatchObject({
      kind: "planned",
      losses: ["Storage st1: the history of all runs, their sessions and files, and the published package"],
    });
  });
});

test("the end of down is the command that deploys the same again", () => {
  const text = describeDown({ kind: "removed", changes: 8, leftGroups: [] }, AGAIN);
  expect(hintText(text)).toBe(
    "All 8 resources were deleted. To create them again, under the same names:\n  same-kit up --location northeurope",
  );
});
