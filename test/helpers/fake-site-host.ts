import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { BootSite, BootSiteRequest } from "../../rehearsal/src/index.ts";

export type FakeSiteHost = { bootSite: BootSite; boots: BootSiteRequest[]; requests: IncomingMessage[]; stops: number };

/** Stands in for the local Functions host: records how it was booted, and completes every run with the smoke test's result. */
export function fakeSiteHost(): FakeSiteHost {
  const fake: FakeSiteHost = { bootSite: boot, boots: [], requests: [], stops: 0 };
  async function boot(request: BootSiteRequest) {
    fake.boots.push(request);
    const server = createServer((incoming, outgoing) => {
      fake.requests.push(incoming);
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const isStart = incoming.url === "/api/initiate";
      outgoing.writeHead(isStart ? 202 : 200, { "content-type": "application/json", location: `${url}/status` });
      outgoing.end(JSON.stringify(answerTo(incoming.url ?? "", url)));
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

const INSTANCE = "/runtime/webhooks/durabletask/instances/smoke";
const URIS = ["statusQueryGetUri", "terminatePostUri", "suspendPostUri", "resumePostUri", "purgeHistoryDeleteUri"];

function answerTo(path: string, url: string): unknown {
  if (path === "/admin/host/status") return { state: "Running", errors: [] };
  if (path === "/api/initiate")
    return { id: "smoke", ...Object.fromEntries(URIS.map((name) => [name, `${url}${INSTANCE}`])) };
  if (path.startsWith(INSTANCE)) return COMPLETED_RUN;
  return { statusQueryGetUri: `${url}/status`, runtimeStatus: "Completed" };
}

const COMPLETED_RUN = {
  instanceId: "smoke",
  runtimeStatus: "Completed",
  createdTime: "2026-11-25T09:00:00Z",
  lastUpdatedTime: "2026-11-25T09:00:01Z",
  customStatus: null,
  output: {
    session_context: "c2Vzc2lvbg==",
    steps: [],
    variables: [{ name: "y", type: "str", repr: "'1'" }],
    python: { version: "3.12.0", implementation: "CPython", dill: "0.4.0" },
  },
};
