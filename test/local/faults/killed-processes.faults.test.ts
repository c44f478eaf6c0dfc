import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { identifyProcess } from "@same-kit/shared";
import { expect, test } from "vitest";
import type { InstanceStatus, TaskHubClient } from "../../../local/src/index.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { type LocalTestHost, startHostProcess, startLocalHost } from "../../helpers/local-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const APP = fixtureApp("steps");
const REQUEST = { name: "steps", instanceId: "the-run", input: null };
const EVERY_STEP_ONCE = JSON.stringify(["step 1", "step 2", "step 3", "step 4", "step 5"]);

type Scene = {
  stateDir: string;
  appSettings: { STEPS_DIR: string };
  /** Steps that started, in order; an interrupted step starts again. */
  begun(): Promise<string[]>;
  /** Lets the third step end. */
  letGo(): Promise<void>;
};

async function setScene(): Promise<Scene> {
  const folder = await makeTempDir();
  return {
    stateDir: path.join(folder, ".same-kit"),
    appSettings: { STEPS_DIR: folder },
    begun: async () => (await readFile(path.join(folder, "begun"), "utf8").catch(() => "")).split("\n").slice(0, -1),
    letGo: () => writeFile(path.join(folder, "go"), ""),
  };
}

const untilStep = (scene: Scene, step: string) =>
  waitFor(async () => (await scene.begun()).includes(step), { what: `step ${step}`, deadlineMs: 60_000 });

const untilEnded = (client: TaskHubClient): Promise<InstanceStatus> =>
  waitFor(
    async () => {
      const status = await client.getStatus(REQUEST.instanceId);
      return status !== null && !["Pending", "Running"].includes(status.runtimeStatus) && status;
    },
    { what: "the run's end", deadlineMs: 90_000 },
  );

const start = ({ stateDir, appSettings }: Scene): Promise<LocalTestHost> =>
  startLocalHost({ appDir: APP, stateDir, appSettings });

const isGone = (pid: number) => identifyProcess(pid) === undefined;

async function expectWhole(client: TaskHubClient): Promise<void> {
  expect(await untilEnded(client)).toMatchObject({ runtimeStatus: "Completed", output: EVERY_STEP_ONCE });
}

test("a worker that is killed in the middle of a run is replaced, and the run completes", async () => {
  const scene = await setScene();
  const host = await start(scene);
  await host.client.start(REQUEST);
  await untilStep(scene, "3");
  process.kill(host.workerPid as number, "SIGKILL");
  await scene.letGo();
  await expectWhole(host.client);
  expect((await scene.begun()).join()).toBe("1,2,3,3,4,5");
});

test.each([
  ["the host", ["host"]],
  ["host and worker", ["host", "worker"]],
])("after %s is killed in the middle of a run, the next host completes it", async (_title, targets) => {
  const scene = await setScene();
  const killed = await startHostProcess(APP, scene.stateDir, scene.appSettings);
  const response = await fetch(`${killed.url}/runtime/webhooks/durabletask/orchestrators/steps/${REQUEST.instanceId}`, {
    method: "POST",
  });
  expect(response.status).toBe(202);
  await untilStep(scene, "3");
  const exited = once(killed.process, "exit");
  if (targets.includes("worker")) process.kill(killed.workerPid, "SIGKILL");
  killed.process.kill("SIGKILL");
  await exited;
  await waitFor(() => isGone(killed.workerPid), { what: "the worker's end" });

  const next = await start(scene);
  expect(next.storage.hasLostWrites).toBe(false);
  await scene.letGo();
  await expectWhole(next.client);
  expect(await scene.begun()).toEqual(["1", "2", "3", "3", "4", "5"]);
});

test("after Azurite is killed in the middle of a run, the run is reported as lost and completes when it is started again", async () => {
  const scene = await setScene();
  const host = await start(scene);
  await host.client.start(REQUEST);
  await untilStep(scene, "3");
  process.kill(host.storage.pid as number, "SIGKILL");
  await expect(host.failed).resolves.toMatchObject({ code: "ERR_AZURITE_LOST" });
  await host.stop().catch(() => {});

  const next = await start(scene);
  expect(next.storage.hasLostWrites).toBe(true);
  await scene.letGo();
  const found = await next.client.getStatus(REQUEST.instanceId);
  // Azurite may not have saved anything of the run yet; what it saved is reported as possibly corrupt.
  expect(next.possiblyCorruptRuns.map((it) => it.instanceId)).toEqual(found === null ? [] : [REQUEST.instanceId]);
  await next.client.purge(REQUEST.instanceId);
  await next.client.start(REQUEST);
  await expectWhole(next.client);
});

test("a host whose Azurite is killed can stop, and its process ends by itself", async () => {
  const scene = await setScene();
  const host = await startHostProcess(APP, scene.stateDir, scene.appSettings);
  const exited = once(host.process, "exit");
  process.kill(host.azuritePid, "SIGKILL");
  expect(await exited).toEqual([0, null]);
  await waitFor(() => isGone(host.workerPid), { what: "the worker's end" });
});
