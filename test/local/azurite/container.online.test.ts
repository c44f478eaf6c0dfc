import { execFileSync } from "node:child_process";
import { QueueServiceClient } from "@azure/storage-queue";
import { expect, onTestFinished, test } from "vitest";
import { startContainerAzurite } from "../../../local/src/azurite/container-azurite.ts";
import type { RunningAzurite } from "../../../local/src/azurite/running-azurite.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

// Built by scripts/ci-docker.sh; elsewhere use any Azurite image that the engine has or can pull.
const image = process.env["SAME_KIT_TEST_AZURITE_IMAGE"] ?? "";
const needsImage = test.skipIf(image === "");

async function start(azuriteDir: string): Promise<RunningAzurite> {
  const azurite = await startContainerAzurite({ azuriteDir, image });
  onTestFinished(async () => {
    await azurite.stop();
    removeContainers(azuriteDir);
  });
  return azurite;
}

const containers = (azuriteDir: string, ...flags: string[]): string[] =>
  execFileSync("docker", ["ps", "--quiet", ...flags, "--filter", `label=same-kit.state=${azuriteDir}`], {
    encoding: "utf8",
  })
    .split("\n")
    .filter((id) => id !== "");

function removeContainers(azuriteDir: string): void {
  for (const id of containers(azuriteDir, "--all")) execFileSync("docker", ["rm", "--force", "--volumes", id]);
}

const queue = ({ connectionString }: RunningAzurite, name: string) =>
  QueueServiceClient.fromConnectionString(connectionString).getQueueClient(name);

needsImage("Azurite in a container answers, and what it keeps outlives a stop", async () => {
  const dir = await makeTempDir();
  const first = await start(dir);
  await queue(first, "kept").create();
  await first.stop();
  expect(containers(dir)).toEqual([]);

  const second = await start(dir);
  expect(second.ports).toEqual(first.ports);
  expect(await queue(second, "kept").exists()).toBe(true);
  expect(containers(dir, "--all")).toHaveLength(1);
});

needsImage("two users share one container, and the last one stops it", async () => {
  const dir = await makeTempDir();
  const [first, second] = await Promise.all([start(dir), start(dir)]);
  expect(second.ports).toEqual(first.ports);
  expect([first.isShared, second.isShared].sort()).toEqual([false, true]);
  await first.stop();
  await expect(queue(second, "still-there").create()).resolves.toBeDefined();
  await second.stop();
  expect(containers(dir)).toEqual([]);
});

needsImage("an image that is not there is named in the error", async () => {
  const starting = startContainerAzurite({ azuriteDir: await makeTempDir(), image: "localhost:1/no-such-image:1" });
  await expect(starting).rejects.toMatchObject({
    code: "ERR_AZURITE_CONTAINER",
    message: expect.stringContaining("localhost:1/no-such-image:1"),
  });
});
