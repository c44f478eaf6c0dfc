import { cp } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { startTestMiniAzure } from "../helpers/mini-azure.ts";
import { hasTerraform, rehearse } from "../helpers/terraform.ts";

describe.skipIf(!hasTerraform)("the terraform module", () => {
  test("is formatted", async () => {
    const { stdout } = await execa("terraform", ["fmt", "-check", "-recursive", "-diff", "terraform"], {
      reject: false,
    });
    expect(stdout).toBe("");
  });

  test("is valid for the real provider's schema", async () => {
    const rehearsal = await rehearse(await startTestMiniAzure());
    expect(await rehearsal.run("validate")).toEqual({ exitCode: 0, text: "Success! The configuration is valid." });
  });

  test("passes its own tests", async () => {
    const rehearsal = await rehearse(await startTestMiniAzure());
    await cp("terraform/tests", path.join(rehearsal.dir, "tests"), { recursive: true });
    const { exitCode, text } = await rehearsal.run("test");
    expect(text).toMatch(/Success! \d\d passed, 0 failed\./);
    expect(exitCode).toBe(0);
  });
});
