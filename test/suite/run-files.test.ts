import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { FilesRequest } from "../../functions-app/src/contract/run-files.ts";
import { AppClient } from "../../toolkit/src/adapters/app/app-client.ts";
import { collectFiles } from "../../toolkit/src/adapters/files/collect-files.ts";
import { NO_PARAMETERS } from "../../toolkit/src/notebook/parameters.ts";
import { compileSource } from "../../toolkit/src/usecases/compile-source.ts";
import { followRun } from "../../toolkit/src/usecases/follow-run.ts";
import { remoteRun } from "../../toolkit/src/usecases/local-run.ts";
import { saveFiles } from "../../toolkit/src/usecases/run/save-files.ts";
import { sendFiles } from "../../toolkit/src/usecases/run/send-files.ts";
import { FakeEmulator } from "../helpers/fake-emulator.ts";
import { recordingView } from "../helpers/recording-view.ts";
import { useRunHost } from "../helpers/run-host.ts";
import { stepsNotebook } from "../helpers/steps-notebook.ts";
import { makeTempDirWith } from "../helpers/temp-dir.ts";

const app = useRunHost();

/** Runs cells, each as a step, like a client that sends the notebook's folder. */
async function runCells(id: string, cells: readonly string[], files: Record<string, string>) {
  const folder = await makeTempDirWith({ ...files, "nb.ipynb": stepsNotebook(cells) });
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const { signal } = controller;
  const client = new AppClient({ address: app.address, fetch });
  const { request } = await compileSource({ location: path.join(folder, "nb.ipynb"), sameEnv: null });
  const collected = await collectFiles({ folder, globs: null }, app.stateDir);
  const startWith = (its: FilesRequest) => client.startWithFiles(request, its, { runId: id, signal });
  const first = await sendFiles({ client, id, files: collected, startWith, signal });
  const run = first?.started ?? (await client.start(request, { runId: id, files: first?.manifest ?? "", signal }));
  const status = await followRun({ client, run, onStatus: () => {}, signal });
  const details = await client.details(id, signal);
  const last = details?.failed ?? details?.steps.at(-1);
  const target = path.join(folder, "results");
  const sent = collected.manifest.files.map((file) => file.path);
  const saved = last?.files && (await saveFiles({ client, id, manifest: last.files, folder: target, sent, signal }));
  const read = (name: string) => readFile(path.join(folder, name), "utf8");
  const wasOneRequest = first?.started != null;
  return {
    wasOneRequest,
    status: status?.runtimeStatus,
    output: status?.output,
    details,
    client,
    signal,
    saved,
    read,
    last,
  };
}

test("a notebook reads and imports files next to it, and every step has the files of earlier steps", async () => {
  const { wasOneRequest, status, saved, read } = await runCells(
    "files-1",
    [
      "import mymodule\ntext = open('data.csv').read()\nopen('made.txt', 'w').write(text + mymodule.word)",
      "import os\nassert mymodule.word == 'hi'\nassert open('made.txt').read() == 'a,b hi'\nassert len(open('large.txt').read()) == 33_000\nos.remove('gone.txt')\nos.makedirs('left/empty')",
      "open('data.csv', 'a').write('!')\nos.makedirs('out')\nopen('out/plot.png', 'wb').write(b'png')\nassert not os.path.exists('gone.txt')\nassert os.path.isdir('left/empty')",
    ],
    { "data.csv": "a,b ", "mymodule.py": "word = 'hi'\n", "gone.txt": "", "large.txt": "x".repeat(33_000) },
  );
  expect([wasOneRequest, status]).toEqual([false, "Completed"]);
  expect(saved?.files.map((file) => [file.path, file.step])).toEqual([
    ["data.csv", "same_step_002"],
    ["made.txt", "same_step_000"],
    ["out/plot.png", "same_step_002"],
  ]);
  expect(saved?.deleted).toEqual(["gone.txt"]);
  expect([await read("results/data.csv"), await read("results/made.txt")]).toEqual(["a,b !", "a,b hi"]);
  // The user's own folder is unchanged.
  expect([await read("data.csv"), await read("gone.txt")]).toEqual(["a,b ", ""]);
});

test("a failed step also leaves its files", async () => {
  const { wasOneRequest, status, saved } = await runCells("files-2", ["open('made.txt', 'w').write('x')\n1 / 0"], {});
  expect([wasOneRequest, status, saved?.files]).toEqual([
    true,
    "Failed",
    [{ path: "made.txt", sizeBytes: 1, step: "same_step_000" }],
  ]);
});

test("purging a run removes its files", async () => {
  const { client, signal, last } = await runCells("files-3", ["open('made.txt', 'w').write('x')"], { "data.csv": "a" });
  const name = last?.files?.name as string;
  expect(await Array.fromAsync(client.readBlob("files-3", name, signal))).not.toEqual([]);
  await app.host.client.purge("files-3");
  await expect(Array.fromAsync(client.readBlob("files-3", name, signal))).rejects.toMatchObject({
    code: "ERR_APP_REFUSED",
  });
  const { missing } = (await client.missingFiles("files-3", { formatVersion: 1, files: [SENT] }, signal)) ?? {};
  expect(missing).toEqual([SENT.sha256]);
});

/** The SHA-256 of `a`, which that run had. */
const SENT = {
  kind: "file" as const,
  path: "data.csv",
  sha256: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4f2b9807785afee48bb9",
  sizeBytes: 1,
  modifiedMs: 0,
};

/** Runs the notebook `nb.ipynb` of the folder like `same-kit run`. */
function runRemotely(folder: string, inPlace: boolean, view = recordingView()) {
  const { signal } = new AbortController();
  return remoteRun(
    {
      location: path.join(folder, "nb.ipynb"),
      address: app.address,
      stateDir: null,
      sameEnv: null,
      files: null,
      inPlace,
      upstreamMagics: false,
      cache: "tags" as const,
      parameters: NO_PARAMETERS,
      timeoutMs: null,
      isVerbose: false,
      savesLargeSession: true,
    },
    {
      cwd: folder,
      env: {},
      emulator: new FakeEmulator(),
      // Only the app's own routes and the URLs in its responses, nothing else of a local host.
      fetch: async (input, init) => {
        expect(new URL(String(input)).pathname).toMatch(/^\/(api|runtime\/webhooks\/durabletask)\//);
        return fetch(input, init);
      },
      view,
      warn: () => {},
      signal,
      leaveNow: signal,
    },
  );
}

test("same-kit run produces the same files as local run, only through the app's API", async () => {
  const source = "text = open('data.csv').read()\nopen('made.txt', 'w').write(text)\nprint(text)";
  const folder = await makeTempDirWith({ "nb.ipynb": stepsNotebook([source]), "data.csv": "a,b" });
  const view = recordingView();
  const summary = await runRemotely(folder, false, view);
  expect(view.log.slice(-2)).toEqual(["run same_step_000", "note a,b"]);
  expect(summary).toMatchObject({ status: "completed", host: { url: app.host.url, isKept: false }, warnings: [] });
  expect(summary.files.files).toEqual([{ path: "made.txt", sizeBytes: 3, step: "same_step_000" }]);
  const read = (file: string | null) => readFile(file as string, "utf8");
  expect(await read(path.join(summary.record, "files", "made.txt"))).toBe("a,b");
  expect(await read(summary.results.notebook)).toContain('"a,b\\n"');
  expect(await read(summary.results.report)).toContain("a,b");
  expect(summary.session).toEqual({ file: path.join(summary.record, "session.dill") });
});

test("an in-place run writes to the notebook's folder, but does not overwrite files changed in the meantime", async () => {
  const files = { "data.csv": "a", "old.txt": "old", "edited.txt": "1" };
  const folder = await makeTempDirWith({ ...files, "nb.ipynb": "" });
  const lines = [
    "import os",
    "open('data.csv', 'a').write('!'); open('edited.txt', 'w').write('2'); os.remove('old.txt')",
    "os.makedirs('out'); open('out/new.txt', 'w').write('new')",
    // Like an editor at the same time.
    `open(${JSON.stringify(path.join(folder, "edited.txt"))}, 'w').write('mine')`,
  ];
  await writeFile(path.join(folder, "nb.ipynb"), stepsNotebook([lines.join("\n")]));
  const summary = await runRemotely(folder, true);
  const read = (name: string) => readFile(path.join(folder, name), "utf8").catch(() => null);
  expect(await Promise.all(["data.csv", "old.txt", "edited.txt", "out/new.txt"].map(read))).toEqual([
    "a!",
    null,
    "mine",
    "new",
  ]);
  const changes = { written: ["data.csv", "out/new.txt"], deleted: ["old.txt"], kept: ["edited.txt"] };
  expect(summary.files.inPlace).toEqual({ folder, ...changes });
  expect(summary.warnings).toEqual([
    `${path.join(folder, "edited.txt")} was not changed: it has changed since the run began; the run's own is ${path.join(summary.record, "files", "edited.txt")}.`,
  ]);
});

test("an in-place run that fails writes nothing", async () => {
  const folder = await makeTempDirWith({ "nb.ipynb": stepsNotebook(["open('made.txt', 'w').write('x')\n1 / 0"]) });
  const { status, files } = await runRemotely(folder, true);
  expect([status, files.files.length, files.inPlace]).toEqual(["failed", 1, undefined]);
  expect(await readdir(folder)).toEqual([".same-kit", "nb.ipynb"]);
});

test("without the access key a host accepts no files", async () => {
  const client = new AppClient({ address: { ...app.address, accessKey: null }, fetch });
  const { signal } = new AbortController();
  await expect(client.missingFiles("files-5", { formatVersion: 1, files: [SENT] }, signal)).rejects.toMatchObject({
    code: "ERR_APP_UNAUTHORIZED",
  });
  await expect(client.putFile("files-5", SENT.sha256, Buffer.from("a"), signal)).rejects.toMatchObject({
    code: "ERR_APP_REFUSED",
  });
});
