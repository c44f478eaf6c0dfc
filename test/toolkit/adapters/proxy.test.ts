import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { useProxyOf } from "../../../toolkit/src/adapters/proxy.ts";

const canSwitch = "setGlobalProxyFromEnv" in http;

/** A proxy that records the requested targets without connecting to them. */
async function listen() {
  const asked: string[] = [];
  const server = http.createServer((_, response) => response.end("at home"));
  server.on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test.skipIf(!canSwitch)(
  "Azure is reached through the proxy in the environment, and this machine directly",
  async () => {
    const proxy = await listen();
    onTestFinished(useProxyOf({ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: "inside.example" }).restore);
    await expect(fetch("https://management.example/subscriptions")).rejects.toThrow();
    expect(proxy.asked).toEqual(["management.example:443"]);
    expect(await (await fetch(proxy.url)).text()).toBe("at home");
    await expect(fetch("https://inside.example/", { signal: AbortSignal.timeout(5_000) })).rejects.toThrow();
    expect(proxy.asked).toHaveLength(1);
  },
);

test("without a proxy nothing is printed or changed", () => {
  expect(useProxyOf({}).remark).toBeNull();
});
