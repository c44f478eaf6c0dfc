import { appendFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { type RunningHost, readHostLog } from "../../../local/src/emulator/running-hosts.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

async function makeHost(log: string | Buffer): Promise<RunningHost & { logFile: string }> {
  const logFile = path.join(await makeTempDir(), "host.log");
  await writeFile(logFile, log);
  return { logFile } as RunningHost & { logFile: string };
}

async function readAll(host: RunningHost): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of readHostLog(host)) pieces.push(piece);
  return pieces;
}

test("a log is read to its end, including an incomplete last line", async () => {
  const text = `${"a line of the log\n".repeat(20_000)}the last one`;
  const pieces = await readAll(await makeHost(text));
  expect(pieces.join("")).toBe(text);
  expect(pieces.slice(0, -1).every((piece) => piece.endsWith("\n"))).toBe(true);
});

test("a line that is still being written is read as a whole", async () => {
  const bytes = Buffer.from("first\nblue: \u001b[34mü\u001b[0m\n");
  const cut = bytes.indexOf("ü") + 1;
  const host = await makeHost(bytes.subarray(0, cut));
  const end = new AbortController();
  const pieces: string[] = [];
  for await (const piece of readHostLog(host, { signal: end.signal })) {
    pieces.push(piece);
    if (pieces.length === 1) await appendFile(host.logFile, bytes.subarray(cut));
    else end.abort();
  }
  expect(pieces).toEqual(["first\n", "blue: \u001b[34mü\u001b[0m\n"]);
});

test("a host in the foreground has no log", async () => {
  expect(await readAll({} as RunningHost)).toEqual([]);
});
