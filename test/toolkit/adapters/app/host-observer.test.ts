import { expect, test } from "vitest";
import type { LogEntry } from "../../../../local/src/index.ts";
import { HostObserver } from "../../../../toolkit/src/adapters/app/host-observer.ts";
import { waitFor } from "../../../helpers/wait-for.ts";

const json = (body: unknown) => new Response(JSON.stringify(body));
const line = (message: string) => ({ time: "2026-01-01T00:00:00.000Z", level: "info", message, fields: {} });

/** A host that gives these answers in turn, then none: it waits for news, as the real one, or answers at once that there are none. */
function observerOf(answers: (() => Response)[]) {
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request, { signal }: RequestInit = {}) => {
    asked.push(String(url).replace(/^.*\/samekit\//, ""));
    const answer = answers.shift();
    if (answer !== undefined) return answer();
    if (String(url).includes("waitMs=0")) return json({ entries: [line("last")], next: 9 });
    return new Promise<Response>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  };
  return { observer: new HostObserver({ url: "http://localhost:1", fetch }), asked };
}

test("lines come as the host has them, and those of the last moment before it stops", async () => {
  const { observer, asked } = observerOf([
    () => json({ entries: [], next: 4 }),
    () => json({ entries: [line("first")], next: 6 }),
  ]);
  const seen: LogEntry[] = [];
  const followed = await observer.followLog("one", (entry) => seen.push(entry));
  await waitFor(() => asked.length === 3);
  await followed?.stop();
  expect(seen.map(({ message }) => message)).toEqual(["first", "last"]);
  expect(seen[0]?.time).toEqual(new Date("2026-01-01T00:00:00.000Z"));
  expect(asked).toEqual([
    "log?instanceId=one",
    "log?instanceId=one&from=4&waitMs=10000",
    "log?instanceId=one&from=6&waitMs=10000",
    "log?instanceId=one&from=6&waitMs=0",
  ]);
});

test("a host of another version cannot be followed", async () => {
  const { observer } = observerOf([() => new Response("", { status: 404 })]);
  expect(await observer.followLog("one", () => {})).toBeNull();
});

test("a blob is read in parts", async () => {
  const part = (bytes: number[]) => () => new Response(new Uint8Array(bytes), { headers: { "x-blob-size": "3" } });
  const { observer, asked } = observerOf([part([1, 2]), part([3])]);
  const parts: number[] = [];
  for await (const bytes of observer.readBlob("one/session")) parts.push(...bytes);
  expect(parts).toEqual([1, 2, 3]);
  expect(asked).toEqual(["blob?name=one%2Fsession&offset=0", "blob?name=one%2Fsession&offset=2"]);
});

test("a blob that is cut short is an error", async () => {
  const empty = () => new Response(new Uint8Array(), { headers: { "x-blob-size": "3" } });
  const { observer } = observerOf([empty]);
  await expect(observer.readBlob("one/session").next()).rejects.toThrow("ends after 0 of 3 bytes");
});
