import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { onTestFinished } from "vitest";
import { waitFor } from "./wait-for.ts";

export type ForeignAzurite = { pid: number; ports: { blob: number; queue: number; table: number } };

/** Microsoft's own Azurite on free ports, with its data in memory and the public key, as anyone else would run it. */
export async function startForeignAzurite(): Promise<ForeignAzurite> {
  const folder = path.dirname(createRequire(import.meta.url).resolve("azurite/package.json"));
  const args = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry"];
  const anyPort = ["--blobPort", "0", "--queuePort", "0", "--tablePort", "0"];
  const child = spawn(process.execPath, [path.join(folder, "dist/src/azurite.js"), ...args, ...anyPort]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let printed = "";
  child.stdout.on("data", (text) => {
    printed += text;
  });
  const portOf = (service: string) =>
    Number(new RegExp(`${service} service is successfully listening at http://127.0.0.1:(\\d+)`).exec(printed)?.[1]);
  await waitFor(() => portOf("Table") > 0, { what: "Azurite's start", deadlineMs: 60_000 });
  return { pid: child.pid as number, ports: { blob: portOf("Blob"), queue: portOf("Queue"), table: portOf("Table") } };
}
