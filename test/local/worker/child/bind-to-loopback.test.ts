import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { bindToLoopback } from "../../../../local/src/worker/child/bind-to-loopback.ts";
import { canBeOtherUser, fetchAsOtherUser } from "../../../helpers/other-user.ts";

/** A server opened in the same way as `@azure/functions` opens its own. */
async function open(...address: [] | [port: number]): Promise<{ address: AddressInfo; warnings: unknown[] }> {
  const warnings: unknown[] = [];
  const log = { warn: (_text: string, fields?: object) => void warnings.push(fields), debug: () => {} };
  const server = http.createServer((_request, response) => void response.end("served"));
  await bindToLoopback(async () => once(server.listen(...address), "listening"), log);
  onTestFinished(() => void server.close());
  return { address: server.address() as AddressInfo, warnings };
}

test.each([[[]], [[0]]] as [[] | [number]][])(
  "a server without an address only listens on this machine: listen(%j)",
  async (args) => {
    const { address } = await open(...args);
    expect(address).toMatchObject({ address: "127.0.0.1" });
    expect(await (await fetch(`http://127.0.0.1:${address.port}`)).text()).toBe("served");
  },
);

test("servers started afterwards listen on the address they specify", async () => {
  await open();
  const server = http.createServer().listen({ port: 0, host: "::ffff:127.0.0.1" });
  onTestFinished(() => void server.close());
  await once(server, "listening");
  expect(server.address()).toMatchObject({ address: "::ffff:127.0.0.1" });
});

// Needs root, because only root can become another user.
test.runIf(canBeOtherUser)("another user cannot connect to the port between host and worker", async () => {
  const { address, warnings } = await open();
  expect(await fetchAsOtherUser(`http://127.0.0.1:${address.port}`)).toMatchObject({ status: 403 });
  expect(warnings).toMatchObject([{ user: "65534" }]);
});
