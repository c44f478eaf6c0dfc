import path from "node:path";
import { describe, test } from "vitest";
import { useBothPlaces } from "../helpers/both-places.ts";
import { formatExpected, listOutputNotebooks } from "../helpers/output-notebooks.ts";
import { hasTerraform } from "../helpers/terraform.ts";

// Every kind of output that a notebook has without packages.
describe.skipIf(!hasTerraform)("a notebook leaves the same, run locally and deployed", () => {
  const places = useBothPlaces();

  test.concurrent.for(listOutputNotebooks("outputs"))("$name", async ({ dir }, { expect }) => {
    const [local, deployed] = await Promise.all([places.run("local", dir), places.run("deployed", dir)]);
    await expect(formatExpected(local)).toMatchFileSnapshot(path.join(dir, "expected.json"));
    expect(deployed.notebook).toEqual(local.notebook);
    expect(deployed.json).toEqual(local.json);
    expect(deployed.files).toEqual(local.files);
  });
});
