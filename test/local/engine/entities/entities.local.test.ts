// Entities with a real worker, by the SDK's client and the management API, on both kinds of storage.

import { describe, expect, test } from "vitest";
import { fixtureApp } from "../../../helpers/function-app.ts";
import { startLocalHost } from "../../../helpers/local-host.ts";
import { makeTempDir } from "../../../helpers/temp-dir.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

describe.each(["memory", "none"] as const)("on the storage %s", (kind) => {
  test("an entity can be signalled, read, listed, locked and deleted", async () => {
    const host = await startLocalHost({
      appDir: fixtureApp("entities"),
      stateDir: await makeTempDir(),
      storage: { kind },
    });
    const api = `${host.url}/runtime/webhooks/durabletask`;
    const ask = async (path: string): Promise<unknown> => (await fetch(`${host.url}/api/counter/${path}`)).json();
    const isNow = (key: string, state: unknown) =>
      waitFor(async () => {
        const { entityState } = (await ask(`${key}/read`)) as { entityState: unknown };
        return entityState === state;
      });

    expect(await ask("a/read")).toEqual({ entityExists: false, entityState: null });
    for (let n = 1; n <= 10; n += 1) expect((await fetch(`${host.url}/api/counter/a/add?n=${n}`)).status).toBe(202);
    await isNow("a", 55);
    expect(await (await fetch(`${api}/entities/counter/a`)).json()).toBe(55);

    // Larger than a message: the state is a blob.
    await fetch(`${host.url}/api/counter/big/fill?n=100000`);
    await isNow("big", "x".repeat(100_000));
    const listed = (await (await fetch(`${api}/entities/Counter?fetchState=true`)).json()) as { entityId: unknown }[];
    expect(listed.map(({ entityId }) => entityId)).toEqual([
      { name: "counter", key: "a" },
      { name: "counter", key: "big" },
    ]);

    const transfers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        host.client.start({ name: "transfer", input: JSON.stringify(index % 2 === 0 ? ["a", "b", 5] : ["b", "a", 2]) }),
      ),
    );
    for (const { instanceId } of transfers) {
      await waitFor(async () => (await host.client.getStatus(instanceId))?.runtimeStatus === "Completed");
    }
    await isNow("a", 40);
    await isNow("b", 15);

    expect((await fetch(`${api}/entities/counter/b`, { method: "DELETE" })).status).toBe(202);
    await waitFor(async () => (await fetch(`${api}/entities/counter/b`)).status === 404);
    expect((await fetch(`${api}/instances/@counter@b`, { method: "DELETE" })).status).toBe(200);
  });
});
