import { writeFile } from "node:fs/promises";
import path from "node:path";
import { BlobServiceClient } from "@azure/storage-blob";
import { describe, expect, test } from "vitest";
import { reportRun } from "../../toolkit/src/reports/run-report.ts";
import { useBothPlaces } from "../helpers/both-places.ts";
import { createTestConsole } from "../helpers/console.ts";
import { formatExpected, listOutputNotebooks } from "../helpers/output-notebooks.ts";
import { stepsNotebook } from "../helpers/steps-notebook.ts";
import { makeTempDirWith } from "../helpers/temp-dir.ts";
import { hasTerraform } from "../helpers/terraform.ts";

// One deployment, as created by `up --rehearse`, for all tests of notebooks there.
describe.skipIf(!hasTerraform)("a deployed app", () => {
  const places = useBothPlaces();

  describe("produces the same results for a notebook as a local host", () => {
    // Every kind of output that needs no packages.
    test.concurrent.for(listOutputNotebooks("outputs"))("$name", async ({ dir }, { expect: expectHere }) => {
      const [local, deployed] = await Promise.all([places.run("local", dir), places.run("deployed", dir)]);
      await expectHere(formatExpected(local)).toMatchFileSnapshot(path.join(dir, "expected.json"));
      expectHere(deployed.notebook).toEqual(local.notebook);
      expectHere(deployed.json).toEqual(local.json);
      expectHere(deployed.files).toEqual(local.files);
    });
  });

  async function blobsBelow(prefix: string) {
    const account = BlobServiceClient.fromConnectionString(places.site.storage.connectionString);
    const container = account.getContainerClient(`${places.site.hubName.toLowerCase()}-largemessages`);
    const found = await Array.fromAsync(container.listBlobsFlat({ prefix }));
    return found.map(({ name, properties }) => ({
      name: name.slice(prefix.length),
      size: properties.contentLength ?? 0,
    }));
  }

  async function historySizeOf(id: string): Promise<number> {
    const { client } = places.site;
    return JSON.stringify(await client.getHistory(id, (await client.getStatus(id))?.executionId ?? "")).length;
  }

  test("takes steps from the cache, reports why each one ran, and purging a run removes everything except the cache", async () => {
    const cells = ["rows = open('data.csv').read()\nopen('made.txt', 'w').write(rows)\nprint(rows)", "n = len(rows)"];
    const folder = await makeTempDirWith({ "nb.ipynb": stepsNotebook(cells), "data.csv": "1,2" });
    const run = async () => {
      const summary = await places.runIn("deployed", folder, path.join(folder, "nb.ipynb"), { cache: "all" });
      const console = createTestConsole();
      reportRun(summary, console, { explain: true });
      return { summary, text: console.stderr().replaceAll(/ +/g, " ") };
    };
    const first = await run();
    expect(first.text).toContain("same_step_001 │ ran │ the cache has no result for it");
    expect(await blobsBelow(`${first.summary.id}/`)).not.toEqual([]);
    await places.site.client.purge(first.summary.id);
    expect(await blobsBelow(`${first.summary.id}/`)).toEqual([]);

    const second = await run();
    const why = `cached │ all its inputs are unchanged since the run ${first.summary.id}`;
    expect(second.text).toContain(`same_step_000 │ ${why}`);
    expect(second.text).toContain(`same_step_001 │ ${why}`);
    expect(second.summary).toMatchObject({ status: "completed", variables: first.summary.variables });
    expect(second.summary.files.files).toEqual(first.summary.files.files);

    await writeFile(path.join(folder, "data.csv"), "1,2,3");
    expect((await run()).text).toContain("same_step_000 │ ran │ data.csv has changed");
  });

  test("continues a run from a given step, or runs a single step, with the variables from before it", async () => {
    const write = (last: string) => writeFile(location, stepsNotebook(["a = 1", "b = a + 1", last]));
    const folder = await makeTempDirWith({});
    const location = path.join(folder, "nb.ipynb");
    await write("c = b + 1");
    const { id } = await places.runIn("deployed", folder, location);
    await write("c = b + 40");
    const [only, from] = await Promise.all([
      places.resumeDeployed(folder, id, { only: "1" }),
      places.resumeDeployed(folder, id, { from: "same_step_002" }),
    ]);
    const outcomes = [only, from].map(({ status, steps, variables }) => ({
      status,
      kept: steps.map(({ keptFrom }) => keptFrom === id),
      values: Object.fromEntries(variables.map(({ name, repr }) => [name, repr])),
    }));
    expect(outcomes).toEqual([
      { status: "completed", kept: [true, false], values: { a: "1", b: "2" } },
      { status: "completed", kept: [true, true, false], values: { a: "1", b: "2", c: "42" } },
    ]);
  });

  test("stores large values once, next to a small history, and a purge removes them with the files", async () => {
    const megabytes = 30;
    const cells = [
      `kept, changed = bytes(range(256)) * ${megabytes * 4096}, bytearray(40_000_000)`,
      "open('made.bin', 'wb').write(kept[:1_000_000])\nchanged[0] = 1",
      "del changed",
    ];
    const folder = await makeTempDirWith({ "nb.ipynb": stepsNotebook(cells) });
    const summary = await places.runIn("deployed", folder, path.join(folder, "nb.ipynb"));
    expect(summary).toMatchObject({ status: "completed", variables: [{ name: "kept" }], warnings: [] });
    const { id } = summary;
    const parts = (await blobsBelow(`${id}/`)).filter(({ name }) => name.startsWith("part-"));
    // Once, although three steps passed it on; the deleted value is gone, as it exceeds the share kept for `resume`.
    expect(parts.map(({ size }) => size)).toEqual([megabytes * 1024 * 1024]);
    expect(await historySizeOf(id)).toBeLessThan(64_000);
    await places.site.client.purge(id);
    expect(await blobsBelow(`${id}/`)).toEqual([]);
  });
});
