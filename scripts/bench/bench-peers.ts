import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { refuseOtherUsers, silentLogger } from "@same-kit/shared";
import { execa } from "execa";
import { type Figure, figure, sideBySide } from "./figure.ts";

const ROUNDS = 7;
/** More connections than a browser opens for one page. */
const BURSTS = { count: 20, size: 64 };
const ONE_BY_ONE = { count: 200, size: 1 };

/**
 * A client in its own process. Each connection sends one request and ends with a reset: a closed connection would stay
 * in the system's table for a minute and be read with it. Prints milliseconds.
 */
const CLIENT = `
const net = require("node:net");
const [port, count, size] = process.argv.slice(1).map(Number);
const ask = () => new Promise((resolve, reject) => {
  const socket = net.connect(port, "127.0.0.1");
  socket.on("error", reject);
  socket.write("GET / HTTP/1.1\\r\\nhost: localhost\\r\\n\\r\\n");
  socket.once("data", () => { socket.resetAndDestroy(); resolve(); });
});
const run = async (times) => { for (let i = 0; i < times; i += 1) await Promise.all(Array.from({ length: size }, ask)); };
run(5).then(async () => {
  const startedAt = performance.now();
  await run(count);
  console.log(performance.now() - startedAt);
});
`;

/** The cost of looking up who owns a connection: new connections with one request each, with and without the lookup. */
export async function benchPeers(): Promise<Figure[]> {
  const servers = [await serve(true), await serve(false)] as const;
  const rates = async ({ count, size }: typeof BURSTS) => {
    const rate = (server: http.Server) => async () => {
      const { port } = server.address() as AddressInfo;
      const { stdout } = await execa(process.execPath, ["-e", CLIENT, String(port), String(count), String(size)]);
      return (count * size) / (Number(stdout) / 1000);
    };
    return sideBySide(ROUNDS, rate(servers[0]), rate(servers[1]));
  };
  try {
    const [bursts, single] = [await rates(BURSTS), await rates(ONE_BY_ONE)];
    return [
      compare(`new connections in bursts of ${BURSTS.size}, users told apart`, bursts),
      compare("new connections one by one, users told apart", single),
      figure("one by one, what it adds to each", 1000 / single.a - 1000 / single.b, "ms", { note: tableSize() }),
    ];
  } finally {
    for (const server of servers) server.close();
  }
}

function compare(name: string, { a, b }: { a: number; b: number }): Figure {
  return figure(name, a, "1/s", { yardstick: { name: "users not told apart", value: b } });
}

/** The kernel's time depends on the number of sockets and on the size of its hash table. */
function tableSize(): string {
  try {
    return `${readFileSync("/proc/net/tcp", "latin1").split("\n").length - 2} sockets on this machine`;
  } catch {
    return "";
  }
}

async function serve(isChecked: boolean): Promise<http.Server> {
  const server = http.createServer((_, response) => response.end("ok"));
  if (isChecked) refuseOtherUsers(server, { log: silentLogger });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}
