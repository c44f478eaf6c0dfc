import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { instanceFolder } from "@same-kit/shared";
import { expect, onTestFinished, test } from "vitest";
import { parseSessionDescription } from "../../functions-app/src/contract/session-parts.ts";
import { AppClient } from "../../toolkit/src/adapters/app/app-client.ts";
import { parseRunResult } from "../../toolkit/src/adapters/app/run-status.ts";
import { compileSource } from "../../toolkit/src/usecases/compile-source.ts";
import { followRun } from "../../toolkit/src/usecases/follow-run.ts";
import { useRunHost } from "../helpers/run-host.ts";
import { stepsNotebook } from "../helpers/steps-notebook.ts";
import { makeTempDirWith } from "../helpers/temp-dir.ts";

const app = useRunHost();

async function runCells(id: string, cells: readonly string[]) {
  const folder = await makeTempDirWith({ "nb.ipynb": stepsNotebook(cells) });
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const { signal } = controller;
  const client = new AppClient({ address: app.address, fetch });
  const { request } = await compileSource({ location: path.join(folder, "nb.ipynb"), sameEnv: null });
  const run = await client.start(request, { runId: id, signal });
  const status = await followRun({ client, run, onStatus: () => {}, signal });
  const read = async (name: string) => Buffer.concat(await Array.fromAsync(client.readBlob(id, name, signal)));
  return { result: parseRunResult(status?.output, app.host.url), status, read };
}

/** The files of an instance of a hub in memory. */
async function filesOf(id: string): Promise<string[]> {
  const root = path.join(app.stateDir, "instances", `process-${process.pid}`, app.host.hubName.toLowerCase());
  return readdir(instanceFolder(root, id)).catch(() => []);
}

test("a large result is a reference, its parts are read from the app, and a purge removes them", async () => {
  const cells = ["big = bytes(range(256)) * 100_000", "dropped = b'x' * 40_000_000", "del dropped"];
  const { result, read, status } = await runCells("large-1", cells);
  expect(result).toMatchObject({ session_context: "", variables: [{ name: "big", sizeBytes: 25_600_033 }] });
  const { name = "" } = result.session_context_parts ?? {};
  const description = parseSessionDescription(await read(name.slice("large-1/".length)));
  expect(description.parts).toMatchObject([{ sizeBytes: 25_600_000 }]);
  const [part] = description.parts;
  const content = await read(`part-${part?.sha256}.bin`);
  expect(createHash("sha256").update(content).digest("hex")).toBe(part?.sha256);
  // Files that the result does not need are gone.
  expect(await filesOf("large-1")).toEqual([part?.sha256]);
  const history = await app.host.client.getHistory("large-1", status === null ? "" : await executionOf("large-1"));
  expect(JSON.stringify(history).length).toBeLessThan(64_000);
  await app.host.client.purge("large-1");
  expect(await filesOf("large-1")).toEqual([]);
});

async function executionOf(id: string): Promise<string> {
  const status = await app.host.client.getStatus(id);
  if (status === null) throw new Error(`There is no instance ${id}.`);
  return status.executionId;
}
