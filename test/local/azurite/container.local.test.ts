import { cpSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const IMAGE = "localhost:1/no-such-image:1";

test("the bundled command includes the container support, and reports Docker's own message", async () => {
  const notebook = path.join(await makeTempDir(), "notebook");
  cpSync("test/testdata/features/singlestep", notebook, { recursive: true });
  const args = ["bin/same-kit.cjs", "local", "run", notebook, "--storage", `docker:${IMAGE}`];
  const { exitCode, stderr } = await execa(process.execPath, args, {
    reject: false,
    env: { DOCKER_HOST: "unix:///nowhere", TESTCONTAINERS_RYUK_DISABLED: "true" },
  });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`ERR_AZURITE_CONTAINER Azurite did not start in a container of ${IMAGE}`);
  // If a Docker engine is found without DOCKER_HOST, the image is missing instead.
  expect(stderr).toMatch(/working container runtime|No such image|no-such-image:1: .*(refused|failed|not found)/i);
});
