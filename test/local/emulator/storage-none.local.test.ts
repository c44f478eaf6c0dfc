// The whole host without Azurite: the hub in this process, its blobs over HTTP for the app's own code.

import { randomBytes } from "node:crypto";
import { toUrlSafeBase64 } from "@same-kit/functions-app/contract";
import { expect, test } from "vitest";
import { fixtureApp } from "../../helpers/function-app.ts";
import { startLocalHost } from "../../helpers/local-host.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";

// Too large for a queue message or a history row, so that it is passed on as a blob.
const LARGE = randomBytes(200_000).toString("hex");

type Status = { runtimeStatus: string; output: { variables?: Record<string, unknown> } };

test("a pipeline runs with session contexts too large for a message", async () => {
  const host = await startLocalHost({ stateDir: await makeTempDir(), storage: { kind: "none" } });
  expect(host.storage).toMatchObject({ description: "none", pid: undefined });
  const code = [`large = "${LARGE}"`, "size = len(large)", "assert size == 400000"];
  const steps = code.map((text, index) => ({
    name: `same_step_00${index}`,
    code: toUrlSafeBase64(text),
    sources: { "same.yaml": toUrlSafeBase64("{}") },
  }));
  const started = await fetch(`${host.url}/api/initiate`, { method: "POST", body: JSON.stringify({ steps }) });
  const { statusQueryGetUri } = (await started.json()) as { statusQueryGetUri: string };
  const status = await waitFor(
    async () => {
      const now = (await (await fetch(statusQueryGetUri)).json()) as Status;
      return ["Completed", "Failed"].includes(now.runtimeStatus) && now;
    },
    { deadlineMs: 60_000 },
  );
  expect(status).toMatchObject({ runtimeStatus: "Completed" });
});

test("output bindings write to the in-memory storage", async () => {
  const host = await startLocalHost({
    appDir: fixtureApp("outputs"),
    stateDir: await makeTempDir(),
    storage: { kind: "none" },
    appSettings: { QUEUE: "my-queue", Mine: "UseDevelopmentStorage=true" },
  });
  expect((await fetch(`${host.url}/api/messages`)).status).toBe(200);
  expect((await fetch(`${host.url}/api/blob/seven`)).status).toBe(200);
});
