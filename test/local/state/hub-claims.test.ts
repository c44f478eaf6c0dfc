import { expect, test } from "vitest";
import { claimHub } from "../../../local/src/state/hub-claims.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("who wants to be alone gets a hub that nobody works on", async () => {
  const dir = await makeTempDir();
  const names = await Promise.all([1, 2, 3].map(async () => (await claimHub(dir, "hub", true)).hubName));
  expect(names.sort()).toEqual(["hub", "hubx2", "hubx3"]);
});

test("a hub that was let go is taken again", async () => {
  const dir = await makeTempDir();
  const first = await claimHub(dir, "hub", true);
  await claimHub(dir, "hub", true);
  await first.release();
  expect((await claimHub(dir, "hub", true)).hubName).toBe("hub");
});

test("who shares a hub keeps others that want to be alone away from it", async () => {
  const dir = await makeTempDir();
  const shared = await Promise.all([claimHub(dir, "hub", false), claimHub(dir, "hub", false)]);
  expect(shared.map(({ hubName }) => hubName)).toEqual(["hub", "hub"]);
  expect((await claimHub(dir, "hub", true)).hubName).toBe("hubx2");
});
