// A host process is stopped by the system for longer than its lease, in the middle of an activity, while another one takes over:
// the real case behind engine/paused-host.test.ts.

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { useAzurite } from "../../helpers/azurite.ts";
import { ChaosHost, openClient } from "../../helpers/chaos-processes.ts";
import { answeredTwice } from "../../helpers/chaos-world.ts";
import { fixtureApp } from "../../helpers/function-app.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

const storage = useAzurite();
const DEADLINE_MS = 100_000;

test("a host that is paused longer than its lease does not change the history of the host that took over", async () => {
  const folder = await makeTempDir();
  const begun = async () =>
    (await readFile(path.join(folder, "begun"), "utf8").catch(() => "")).split("\n").slice(0, -1);
  const isBegun = (steps: string) => async () => (await begun()).join() === steps;
  const options = { appDir: fixtureApp("steps"), env: { STEPS_DIR: folder } };
  const { connectionString } = storage();

  const stopped = await ChaosHost.start(connectionString, options);
  const client = await openClient(storage(), "StepsHub");
  await client.start({ name: "steps", instanceId: "run", input: null });
  await waitFor(isBegun("1,2,3"), { what: "the third step", deadlineMs: DEADLINE_MS });
  stopped.stop();
  const other = await ChaosHost.start(connectionString, options);
  await waitFor(isBegun("1,2,3,3"), { what: "the third step again", deadlineMs: DEADLINE_MS });
  // Both run it: the other host now, and the worker of the stopped host as soon as that host continues.
  await writeFile(path.join(folder, "go"), "");
  const completed = () => client.getStatus("run").then((it) => it?.runtimeStatus === "Completed" && it);
  const { executionId, output } = await waitFor(completed, { what: "the end", deadlineMs: DEADLINE_MS });
  const history = await client.getHistory("run", executionId);

  stopped.resume();
  // It is the only host, so that it has processed everything that it held before.
  other.kill();
  await client.start({ name: "steps", instanceId: "next", input: null });
  const next = () => client.getStatus("next").then((it) => it?.runtimeStatus === "Completed");
  await waitFor(next, { what: "the end of the next run", deadlineMs: DEADLINE_MS });
  expect(await completed()).toMatchObject({ executionId, output });
  expect(output).toBe(JSON.stringify(["step 1", "step 2", "step 3", "step 4", "step 5"]));
  expect(await client.getHistory("run", executionId)).toEqual(history);
  expect(answeredTwice(history)).toEqual([]);
}, 300_000);
