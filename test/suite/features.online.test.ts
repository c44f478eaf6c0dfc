import { once } from "node:events";
import { cp, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { useStack } from "../helpers/stack.ts";
import { makeTempDir } from "../helpers/temp-dir.ts";
import { listTestdata, readTestdata } from "../helpers/testdata.ts";

// The features that install packages first.
const stack = useStack();

const needing = listTestdata("features").filter(({ expected }) => expected.needs === "package index");

test.each(needing)("$name produces the expected results", async ({ dir, expected }) => {
  const { steps, variables } = await stack.complete(dir);
  expect(steps.map(({ name }) => name)).toEqual(expected.steps);
  expect(steps.map(({ environment }) => environment)).not.toContain("base");
  for (const [name, value] of Object.entries(expected.variables ?? {})) {
    expect(variables).toContainEqual(expect.objectContaining({ name, ...value }));
  }
});

test("a data set is loaded from a URL of the selected environment", async () => {
  const { dir, expected } = readTestdata("features", "datasets");
  const copy = await makeTempDir();
  await cp(dir, copy, { recursive: true, filter: (file) => !file.includes(".same-kit") });
  const config = path.join(copy, "same.yaml");
  const url = await serve(await readFile(path.join(dir, "data", "example.csv")));
  await writeFile(config, (await readFile(config, "utf8")).replace("http://127.0.0.1:0", url));
  const { variables } = await stack.complete(copy, { sameEnv: "served" });
  expect(variables).toContainEqual(expect.objectContaining({ name: "document", ...expected.variables?.["document"] }));
});

async function serve(content: Buffer): Promise<string> {
  const server = createServer((_request, response) => response.end(content)).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
