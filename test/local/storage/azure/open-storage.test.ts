import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { openStorage } from "../../../../local/src/storage/azure/open-storage.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

test("UseDevelopmentStorage=true means Azurite on its usual ports", () => {
  const storage = openStorage(" UseDevelopmentStorage=true ");
  expect(storage.blobEndpoint).toBe("http://127.0.0.1:10000/devstoreaccount1");
  expect(storage.connectionString).toContain(";QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;");
  expect(storage.connectionString).toContain(";TableEndpoint=http://127.0.0.1:10002/devstoreaccount1");
});

test("the endpoints of a real account are derived from its name", () => {
  const storage = openStorage(
    "DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=a2V5;EndpointSuffix=core.windows.net",
  );
  expect(storage.blobEndpoint).toBe("https://acct.blob.core.windows.net");
  expect(storage.container("c").url).toBe("https://acct.blob.core.windows.net/c");
});

/** Accepts connections and never answers. */
async function startSilentServer(): Promise<{ port: number; connections: Socket[] }> {
  const connections: Socket[] = [];
  const server = createServer((socket) => connections.push(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections };
}

test("an account on this machine is asked without the proxy of the environment", async () => {
  const proxy = await startSilentServer();
  vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${proxy.port}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { port, connections } = await startSilentServer();
  const endpoints = ["Blob", "Queue", "Table"].map((it) => `${it}Endpoint=http://127.0.0.1:${port}/acct`).join(";");
  const storage = openStorage(`DefaultEndpointsProtocol=http;AccountName=acct;AccountKey=a2V5;${endpoints}`);
  const asked = [
    storage.container("c").properties("b"),
    storage.queue("q").delete("id", "receipt"),
    storage.table("T").get({ partitionKey: "a", rowKey: "b" }),
  ].map((request) => request.catch(() => {}));
  await waitFor(() => connections.length + proxy.connections.length === 3);
  expect(proxy.connections).toEqual([]);
  storage.abandon();
  await Promise.all(asked);
});

test("an abandoned account fails its pending requests and all later ones", async () => {
  const { port, connections } = await startSilentServer();
  const endpoints = ["Blob", "Queue", "Table"].map((it) => `${it}Endpoint=http://127.0.0.1:${port}/acct`).join(";");
  const storage = openStorage(`DefaultEndpointsProtocol=http;AccountName=acct;AccountKey=a2V5;${endpoints}`);
  const ask = () =>
    [
      storage.container("c").properties("b"),
      storage.queue("q").delete("id", "receipt"),
      storage.table("T").get({ partitionKey: "a", rowKey: "b" }),
    ].map((request) =>
      request.then(
        () => "answered",
        (error: Error) => error.name,
      ),
    );
  const underWay = ask();
  await waitFor(() => connections.length === 3);
  storage.abandon();
  expect(await Promise.all([...underWay, ...ask()])).toEqual(Array(6).fill("AbortError"));
  expect(connections).toHaveLength(3);
});
