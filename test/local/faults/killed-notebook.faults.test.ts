import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { identifyProcess, packageRoot } from "@same-kit/shared";
import { expect, test } from "vitest";
import type { TaskHubClient } from "../../../local/src/index.ts";
import { startHostProcess, startLocalHost } from "../../helpers/local-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const APP = path.join(packageRoot(), "dist", "functions-app");
const ID = "the-notebook";

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** Three steps; the second leaves its process id in the folder and waits there for the file "go". */
function request(folder: string): string {
  const sources = { "same.yaml": base64("metadata: {name: killed}") };
  const steps = [
    `import os, pathlib, time\nfolder = pathlib.Path(${JSON.stringify(folder)})\nseen = ["first"]`,
    `folder.joinpath(f"pid-{os.getpid()}").touch()
while not folder.joinpath("go").exists():
    time.sleep(0.02)
seen.append("second")`,
    'seen.append("third")',
  ];
  return JSON.stringify({
    steps: steps.map((code, index) => ({ name: `step_${index}`, code: base64(code), sources })),
  });
}

async function initiate(url: string, folder: string): Promise<void> {
  const response = await fetch(`${url}/api/initiate`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-same-run-id": ID },
    body: request(folder),
  });
  expect([response.status, await response.text()]).toEqual([202, expect.stringContaining(ID)]);
}

async function stepPids(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => (name.startsWith("pid-") ? [Number(name.slice(4))] : []));
}

const untilWaiting = (folder: string) =>
  waitFor(async () => (await stepPids(folder))[0], { what: "the second step", deadlineMs: 60_000 });

async function expectWhole(client: TaskHubClient): Promise<void> {
  const status = await waitFor(
    async () => {
      const found = await client.getStatus(ID);
      return found !== null && !["Pending", "Running"].includes(found.runtimeStatus) && found;
    },
    { what: "the run's end", deadlineMs: 90_000 },
  );
  expect(status).toMatchObject({ runtimeStatus: "Completed" });
  const { steps, variables } = JSON.parse(status.output as string) as {
    steps: { name: string }[];
    variables: { name: string; repr: string }[];
  };
  expect(steps.map((step) => step.name)).toEqual(["step_0", "step_1", "step_2"]);
  expect(variables.find(({ name }) => name === "seen")?.repr).toBe("['first', 'second', 'third']");
}

test("a worker that is killed while Python runs leaves no Python process behind, and the notebook completes", async () => {
  const folder = await makeTempDir();
  const host = await startLocalHost({ appDir: APP, stateDir: path.join(folder, ".same-kit") });
  await initiate(host.url, folder);
  const python = await untilWaiting(folder);
  process.kill(host.workerPid as number, "SIGKILL");
  await waitFor(() => identifyProcess(python) === undefined, { what: "Python's end" });
  await writeFile(path.join(folder, "go"), "");
  await expectWhole(host.client);
});

test("a host that is killed while Python runs leaves no process behind, and the next host completes the notebook", async () => {
  const folder = await makeTempDir();
  const stateDir = path.join(folder, ".same-kit");
  const killed = await startHostProcess(APP, stateDir);
  await initiate(killed.url, folder);
  const python = await untilWaiting(folder);
  const exited = once(killed.process, "exit");
  killed.process.kill("SIGKILL");
  await exited;
  const left = [python, killed.workerPid, killed.azuritePid];
  await waitFor(() => left.every((pid) => identifyProcess(pid) === undefined), { what: "the end of all it started" });

  const next = await startLocalHost({ appDir: APP, stateDir });
  await writeFile(path.join(folder, "go"), "");
  await expectWhole(next.client);
});
