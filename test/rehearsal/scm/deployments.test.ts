import path from "node:path";
import { expect, test } from "vitest";
import { DEPLOYMENT_STATUS, type StoredDeployment } from "../../../rehearsal/src/scm/deployment.ts";
import { Deployments } from "../../../rehearsal/src/scm/deployments.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { MINIMAL_APP, makeZip } from "../../helpers/zip.ts";

test("a second deployment during the first is a conflict, and does not affect the first", async () => {
  const folder = await makeTempDir();
  const unpacking = Promise.withResolvers<string>();
  const stored: StoredDeployment[] = [];
  const deployments = new Deployments({
    stored,
    save: () => {},
    packageFolder: folder,
    stateFolder: folder,
    unpackFolder: () => unpacking.promise,
    activate: async () => {},
    takeFault: () => null,
  });
  const request = {
    zip: await makeZip(MINIMAL_APP),
    plan: "flex",
    deployer: "d",
    author: "a",
    remoteBuild: false,
  } as const;
  deployments.begin(request);
  const second = deployments.begin(request);
  expect(second).toMatchObject({
    status: DEPLOYMENT_STATUS.conflict,
    errors: [expect.stringContaining("another deployment in progress")],
  });
  unpacking.resolve(path.join(folder, "unpacked"));
  await deployments.settled();
  expect(stored.map(({ status, active }) => ({ status, active }))).toEqual([
    { status: DEPLOYMENT_STATUS.success, active: true },
    { status: DEPLOYMENT_STATUS.conflict, active: false },
  ]);
});
