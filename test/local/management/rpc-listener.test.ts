import { silentLogger } from "@same-kit/shared";
import { expect, test } from "vitest";
import { startRpcListener } from "../../../local/src/management/rpc-listener.ts";
import type { WebhookRequest } from "../../../local/src/shared/http-message.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = { traceId: TRACE, spanId: "b7ad6b7169203331", isSampled: true, traceState: "vendor=a,b=c d" };
const OWN = `00-${TRACE}-00f067aa0ba902b7-01`;

test("a request through the base URL of a span has that span as its parent, unless it sends its own", async ({
  onTestFinished,
}) => {
  const requests: WebhookRequest[] = [];
  const listener = await startRpcListener(
    async (request) => {
      requests.push(request);
      return { status: 202 };
    },
    { log: silentLogger, preferredPort: 0 },
  );
  onTestFinished(() => listener.stop());
  const ask = (base: string, headers = {}) => fetch(new URL("instances/trace/x", base), { headers });
  await ask(listener.baseUrlFor(SPAN));
  await ask(listener.baseUrlFor(SPAN), { traceparent: OWN });
  await ask(listener.baseUrlFor(null));
  expect(requests.map(({ url }) => url.pathname)).toEqual(Array(3).fill("/durabletask/instances/trace/x"));
  expect(requests.map(({ headers: { traceparent, tracestate } }) => [traceparent, tracestate])).toEqual([
    [`00-${TRACE}-b7ad6b7169203331-01`, "vendor=a,b=c d"],
    [OWN, undefined],
    [undefined, undefined],
  ]);
});
