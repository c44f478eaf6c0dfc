import { stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { fixtureApp } from "../../helpers/function-app.ts";
import { listeningPorts } from "../../helpers/listening-ports.ts";
import { startLocalHost } from "../../helpers/local-host.ts";
import { canBeOtherUser, fetchAsOtherUser, OTHER_UID } from "../../helpers/other-user.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

// The ports of the host, the worker's endpoint, the worker's streaming server, and Azurite.
const FEWEST_PORTS = 6;

// Needs root, because only root can become another user.
test.runIf(canBeOtherUser)("no port of a running host serves another user of the machine", async () => {
  const before = await listeningPorts();
  const stateDir = path.join(await makeTempDir(), ".same-kit");
  const host = await startLocalHost({ appDir: fixtureApp("streaming"), stateDir });
  const ports = (await listeningPorts()).filter((port) => !before.includes(port));
  expect(ports.length).toBeGreaterThanOrEqual(FEWEST_PORTS);
  expect(ports).toContain(host.port);
  const answers = await Promise.all(ports.map((port) => fetchAsOtherUser(`http://127.0.0.1:${port}/`)));
  const served = ports.filter((_, index) => {
    const answer = answers[index] as { status?: number; text?: string };
    return answer.status !== undefined && !(answer.status === 403 && answer.text?.includes("--allow-user"));
  });
  expect(served).toEqual([]);
  expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
  expect((await fetch(`${host.url}/api/nothing`)).status).toBe(204);
});

test.runIf(canBeOtherUser)("an allowed user reaches the functions", async () => {
  const options = { appDir: fixtureApp("streaming"), storage: { kind: "memory" } as const, allowUsers: [OTHER_UID] };
  const host = await startLocalHost({ ...options, stateDir: await makeTempDir() });
  expect(await fetchAsOtherUser(`http://127.0.0.1:${host.port}/api/nothing`)).toMatchObject({ status: 204 });
});
