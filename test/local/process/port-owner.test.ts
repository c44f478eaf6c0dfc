import { once } from "node:events";
import net from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { describePortOwner, findPortOwner } from "../../../local/src/process/port-owner.ts";

async function listen(host: string): Promise<number> {
  const server = net.createServer().listen(0, host);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return (server.address() as net.AddressInfo).port;
}

test("the owner of a port is returned with its command", async () => {
  const owner = await findPortOwner(await listen("127.0.0.1"));
  expect(owner?.pid).toBe(process.pid);
  expect(describePortOwner(owner)).toContain(`process ${process.pid} (`);
});

test("a port without a listener has no owner", async () => {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  expect(await findPortOwner(port)).toBeUndefined();
});

test("an owner that the system does not reveal is still described", () => {
  expect(describePortOwner(undefined)).toBe("another process");
});
