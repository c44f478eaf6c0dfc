import { expect, test } from "vitest";
import { claimHub } from "../../../local/src/state/hub-claims.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("an exclusive claim gets a hub that is not in use", async () => {
  const dir = await makeTempDir();
  const names = await Promise.all([1, 2, 3].map(async () => (await claimHub(dir, "hub", true)).hubName));
  expect(names.sort()).toEqual(["hub", "hubx2", "hubx3"]);
});

test("a released hub can be claimed again", async () => {
  const dir = await makeTempDir();
  const first = await claimHub(dir, "hub", true);
  await claimHub(dir, "hub", true);
  await first.release();
  expect((await claimHub(dir, "hub", true)).hubName).toBe("hub");
});

test("a shared claim keeps exclusive claims away from its hub", async () => {
  const dir = await makeTempDir();
  const shared = await Promise.all([claimHub(dir, "hub", false), claimHub(dir, "hub", false)]);
  expect(shared.map(({ hubName }) => hubName)).toEqual(["hub", "hub"]);
  expect((await claimHub(dir, "hub", true)).hubName).toBe("hubx2");
});
