import net from "node:net";
import os from "node:os";
import { expect, test } from "vitest";
import { fixtureApp, startTestHost } from "../../../helpers/function-app.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

const streaming = () => startTestHost({ appDir: fixtureApp("streaming") });

test("requests and responses are streamed through the app, with parameters, query and headers", async () => {
  const { url } = await streaming();
  const response = await fetch(`${url}/api/upper/some?q=1`, {
    method: "POST",
    body: new Blob(["abc", "def"]).stream(),
    headers: { "x-test": "t" },
    duplex: "half",
  } as RequestInit);
  expect([response.status, await response.text()]).toEqual([200, "ABCDEF"]);
  expect(["x-param", "x-query", "x-header", "x-from"].map((name) => response.headers.get(name))).toEqual([
    "some",
    "1",
    "t",
    "host.json",
  ]);
});

test("headers of up to 32 KiB are accepted", async () => {
  const { url } = await streaming();
  const headers = { "x-test": "t".repeat(31 * 1024) };
  const response = await fetch(`${url}/api/nothing`, { headers });
  expect(response.status).toBe(204);
});

test("a handler that returns nothing answers 204 immediately, and one that throws answers 500", async () => {
  const { url } = await streaming();
  expect((await fetch(`${url}/api/nothing`)).status).toBe(204);
  expect((await fetch(`${url}/api/throws`)).status).toBe(500);
});

test("a response arrives even if the app did not read the request body", async () => {
  const { url } = await streaming();
  const body = Buffer.alloc(30_000_000);
  for (let turn = 0; turn < 5; turn++) {
    const response = await fetch(`${url}/api/careless`, { method: "POST", body });
    expect([response.status, await response.text()]).toEqual([200, "not read"]);
  }
});

test("a body over the limit returns 413, with or without a content length", async () => {
  const appSettings = { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "1000" };
  const { url } = await startTestHost({ appDir: fixtureApp("streaming"), appSettings });
  const send = async (sizeBytes: number, isTold: boolean) => {
    const body = Buffer.alloc(sizeBytes);
    const init = { method: "POST", body: isTold ? body : new Blob([body]).stream(), duplex: "half" } as RequestInit;
    const response = await fetch(`${url}/api/count`, init);
    return [response.status, await response.text()];
  };
  expect(await send(1000, false)).toEqual([200, "1000"]);
  expect(await send(1001, false)).toEqual([413, ""]);
  expect(await send(1001, true)).toEqual([413, ""]);
});

test("a function without an HTTP output responds with its return value, as without streaming", async () => {
  const host = await startTestHost({ appDir: fixtureApp("streaming"), ignoreOutputs: true });
  const response = await fetch(`${host.url}/api/queued`, { method: "POST" });
  expect([response.status, await response.text()]).toEqual([200, "at http:"]);
});

test("each cookie has its own header line", async () => {
  const { url } = await streaming();
  const response = await fetch(`${url}/api/cookies`);
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
});

test("an endless response arrives piece by piece, and ends when its reader disconnects", async () => {
  const host = await streaming();
  const reading = new AbortController();
  const response = await fetch(`${host.url}/api/endless`, { signal: reading.signal });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(Buffer.from(first?.value ?? []).toString()).toContain("tick");
  reading.abort();
  await reader?.closed.catch(() => {});
  const next = await fetch(`${host.url}/api/nothing`);
  expect(next.status).toBe(204);
});

test("the library's own server listens on loopback only", async () => {
  const host = await streaming();
  const address = Object.values(os.networkInterfaces())
    .flat()
    .find((it) => it !== undefined && !it.internal && it.family === "IPv4")?.address;
  const port = await waitFor(() => openPortOf(host.workerPid ?? 0));
  expect(await connects("127.0.0.1", port)).toBe(true);
  if (address !== undefined) expect(await connects(address, port)).toBe(false);
});

/** The port that the worker's process listens on, from Linux's tables; tests on macOS use lsof's. */
async function openPortOf(pid: number): Promise<number | undefined> {
  const { execFileSync } = await import("node:child_process");
  const { readFileSync, readdirSync, readlinkSync } = await import("node:fs");
  if (process.platform !== "linux") {
    const text = execFileSync("lsof", ["-a", "-p", String(pid), "-iTCP", "-sTCP:LISTEN", "-Fn", "-P"], {
      encoding: "utf8",
    });
    return Number(/:(\d+)$/m.exec(text)?.[1]);
  }
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    } catch {
      // It was closed in the meantime.
    }
  }
  for (const table of ["tcp", "tcp6"]) {
    for (const line of readFileSync(`/proc/${pid}/net/${table}`, "utf8").split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === "0A" && inodes.has(fields[9] ?? "")) return Number.parseInt(fields[1]?.split(":")[1] ?? "", 16);
    }
  }
  return undefined;
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 1000 });
    const finish = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.on("connect", () => finish(true));
    socket.on("error", () => finish(false));
    socket.on("timeout", () => finish(false));
  });
}
