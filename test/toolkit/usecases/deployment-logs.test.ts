import { expect, test } from "vitest";
import type { SignedIn } from "../../../toolkit/src/adapters/azure/sign-in.ts";
import type { DeploymentOutputs } from "../../../toolkit/src/deployment/outputs.ts";
import { deploymentLogs } from "../../../toolkit/src/usecases/deployment-logs.ts";

const OUTPUTS: DeploymentOutputs = {
  appName: "same-dev-1",
  hostName: "same-dev-1.example",
  appId: "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/same-dev-1",
  resourceGroup: "rg",
  plan: "flex",
  storageAccount: "st",
  accessKey: "key",
};
const NOW = Date.parse("2026-11-25T12:00:00Z");

type Row = [timestamp: string, ingested: string, message: string, operation: string];

/** An Azure whose Application Insights returns `answers` in order, then nothing. */
async function follow(answers: Row[][], { isFollowing = true, hasInsights = true, isThere = true } = {}) {
  const stop = new AbortController();
  const [lines, queries]: [string[], string[]] = [[], []];
  const find = async (path: string) => {
    if (path === OUTPUTS.appId) return isThere ? { id: path, properties: { defaultHostName: "" } } : null;
    if (path.endsWith("/components")) return { value: hasInsights ? [{ id: "/insights" }] : [] };
    queries.push(decodeURIComponent(path.split("query=")[1] ?? ""));
    const rows = answers.shift();
    if (rows === undefined) stop.abort(new Error("Interrupted by SIGINT."));
    return { tables: [{ rows: rows ?? [] }] };
  };
  const azure = { arm: { find }, subscriptionId: "s" } as unknown as SignedIn;
  const waiting = { now: () => NOW, sleep: async (_: number, signal?: AbortSignal) => signal?.throwIfAborted() };
  const options = { follow: isFollowing, sinceMinutes: 60 };
  await deploymentLogs(OUTPUTS, options, { azure, waiting, signal: stop.signal, onLine: (text) => lines.push(text) });
  return { lines, queries };
}

const row = (minute: number, message: string, arrivedMinute = minute + 1): Row => [
  `2026-11-25T12:0${minute}:00Z`,
  `2026-11-25T12:0${arrivedMinute}:00Z`,
  message,
  "executor",
];

test("without following there is a single query, for the requested time, including crashes", async () => {
  const { lines, queries } = await follow([[row(1, "one"), row(2, "two")]], { isFollowing: false });
  expect(lines).toEqual(["2026-11-25T12:01:00Z executor one", "2026-11-25T12:02:00Z executor two"]);
  expect(queries).toHaveLength(1);
  expect(queries[0]).toMatch(/^union traces, \(exceptions .*timestamp > datetime\(2026-11-25T11:00:00\.000Z\)/);
});

test("following queries by time of arrival, so that no late line is lost, and Ctrl-C ends it successfully", async () => {
  const { lines, queries } = await follow([[row(1, "first", 5)], [row(0, "written before, arrived after", 6)], []]);
  expect(lines).toEqual([
    "2026-11-25T12:01:00Z executor first",
    "2026-11-25T12:00:00Z executor written before, arrived after",
  ]);
  expect(queries.map((text) => /ingested > datetime\(([^)]+)\)/.exec(text)?.[1])).toEqual([
    "2026-11-25T11:00:00.000Z",
    "2026-11-25T12:05:00Z",
    "2026-11-25T12:06:00Z",
    "2026-11-25T12:06:00Z",
  ]);
});

test("an app that was removed, or has no log destination, is reported", async () => {
  await expect(follow([], { isThere: false })).rejects.toMatchObject({ code: "ERR_DEPLOY_APP_NOT_FOUND" });
  await expect(follow([], { hasInsights: false })).rejects.toMatchObject({ code: "ERR_LOGS_UNAVAILABLE" });
});
