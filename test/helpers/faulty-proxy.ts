import http from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type AzureStorageAccount, openStorage } from "../../local/src/storage/azure/open-storage.ts";
import type { StorageAccount } from "../../local/src/storage/storage-account.ts";

// Shares of all requests.
const RESET_BEFORE = 0.03;
const RESET_AFTER = 0.03;
const BUSY = 0.02;

export type FaultyStorage = {
  storage: StorageAccount;
  /** Until then all is well. */
  arm(): void;
  /** How many requests met a fault. */
  faults(): number;
};

/** The same account over connections that break before a request arrives, or before its answer does, beside answers of 503. */
export async function withFaults({ connectionString }: AzureStorageAccount): Promise<FaultyStorage> {
  let isArmed = false;
  let faults = 0;
  const draw = randomNumbers();
  const handle: http.RequestListener = (request, response) => {
    const port = Number(targets.get(request.socket.localPort ?? 0));
    const body: Buffer[] = [];
    request.on("data", (chunk: Buffer) => body.push(chunk));
    request.on("end", () => {
      const drawn = isArmed ? draw() : 1;
      const isReset = drawn < RESET_BEFORE;
      const isLost = !isReset && drawn < RESET_BEFORE + RESET_AFTER;
      const isBusy = !isReset && !isLost && drawn < RESET_BEFORE + RESET_AFTER + BUSY;
      if (isReset || isLost || isBusy) faults += 1;
      if (isReset) return request.socket.destroy();
      if (isBusy) return response.writeHead(503).end();
      const { method, url, headers } = request;
      const forwarded = http.request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
        if (isLost) {
          answer.resume();
          return request.socket.destroy();
        }
        return answer.pipe(response.writeHead(answer.statusCode ?? 500, answer.headers));
      });
      forwarded.on("error", () => request.socket.destroy());
      return forwarded.end(Buffer.concat(body));
    });
  };
  const targets = new Map<number, string>();
  let text = connectionString;
  for (const [, port = ""] of connectionString.matchAll(/Endpoint=http:\/\/[^:]+:(\d+)/g)) {
    const own = await listen(handle);
    targets.set(own, port);
    text = text.replace(`:${port}/`, `:${own}/`);
  }
  return {
    storage: openStorage(text),
    arm: () => {
      isArmed = true;
    },
    faults: () => faults,
  };
}

async function listen(handle: http.RequestListener): Promise<number> {
  const server = http.createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** The same ones in every run; what comes after each other in a pattern would hit the same kind of request again and again. */
function randomNumbers(): () => number {
  let state = 20_261_125;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
