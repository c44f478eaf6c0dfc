import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { hubNameForApp } from "../../../local/src/state/hub-name.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const VALID = /^[A-Za-z][A-Za-z0-9]{2,44}$/;

test.each(["my-app", "3d", "ünïcode", "a", "x".repeat(200)])(
  "the folder %s results in a valid name for storage",
  (name) => {
    expect(hubNameForApp(path.join("/apps", name))).toMatch(VALID);
  },
);

test("two apps with the same name in different places have different hubs", () => {
  expect(hubNameForApp("/one/app")).not.toBe(hubNameForApp("/two/app"));
});

test("an app opened through a link has the hub of the app", async () => {
  const dir = await makeTempDir();
  await mkdir(path.join(dir, "app"));
  await symlink(path.join(dir, "app"), path.join(dir, "link"), "junction");
  expect(hubNameForApp(path.join(dir, "link"))).toBe(hubNameForApp(path.join(dir, "app")));
});
