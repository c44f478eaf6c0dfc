import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { BootSite, BootSiteRequest } from "../../rehearsal/src/index.ts";

export type FakeSiteHost = { bootSite: BootSite; boots: BootSiteRequest[]; requests: IncomingMessage[]; stops: number };

/** Stands for the local Functions host: records how it was booted and answers with its own address. */
export function fakeSiteHost(): FakeSiteHost {
  const fake: FakeSiteHost = { bootSite: boot, boots: [], requests: [], stops: 0 };
  async function boot(request: BootSiteRequest) {
    fake.boots.push(request);
    const server = createServer((incoming, outgoing) => {
      fake.requests.push(incoming);
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const isStatus = incoming.url === "/admin/host/status";
      const body = isStatus
        ? { state: "Running", errors: [] }
        : { statusQueryGetUri: `${url}/status`, runtimeStatus: "Completed" };
      outgoing.writeHead(200, { "content-type": "application/json", location: `${url}/status` });
      outgoing.end(JSON.stringify(body));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      functions: [{ name: "initiate", trigger: "httpTrigger" }],
      async stop() {
        fake.stops += 1;
        server.close();
        server.closeAllConnections();
      },
    };
  }
  return fake;
}
