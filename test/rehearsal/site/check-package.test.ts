import { describe, expect, test } from "vitest";
import { checkPackage } from "../../../rehearsal/src/site/check-package.ts";
import { readZip, type ZipEntry } from "../../../rehearsal/src/site/read-zip.ts";
import { MINIMAL_APP, makeZip, type TestZipEntry } from "../../helpers/zip.ts";

const check = async (entries: readonly TestZipEntry[]) => checkPackage(await readZip(await makeZip(entries)), "flex");
const replace = (path: string, content: string) =>
  MINIMAL_APP.map((entry) => (entry.path === path ? { path, content } : entry));
const without = (path: string) => MINIMAL_APP.filter((entry) => entry.path !== path);

test("a minimal app has no problem", async () => {
  expect(await check(MINIMAL_APP)).toMatchObject({ failures: [], silentFaults: [] });
});

describe("Azure would deploy it and find no functions", () => {
  test.each([
    ["no host.json", without("host.json"), "There is no host.json at the root."],
    [
      "an extra top-level folder",
      MINIMAL_APP.map(({ path, content }) => ({ path: `app/${path}`, content: content ?? "" })),
      "app/host.json",
    ],
    ["no package.json", without("package.json"), "There is no package.json"],
    ["no main", replace("package.json", "{}"), "names no main"],
    ["a package.json that is not JSON", replace("package.json", "{"), "is not valid"],
    ["a main that does not exist", without("main.cjs"), "names main.cjs as main"],
    ["a main without a file extension", replace("package.json", '{"main":"main"}'), "names main as main"],
    ["a glob that cannot be matched", replace("package.json", '{"main":"{1..9999}.js"}'), "cannot be matched"],
    ["a glob that matches nothing", replace("package.json", '{"main":"dist/functions/*.js"}'), "dist/functions/*.js"],
    [
      "files without permissions",
      MINIMAL_APP.map((entry) => ({ ...entry, mode: 0 })),
      "3 of 3 files carry no Unix permissions",
    ],
  ])("%s", async (_name, entries, expected) => {
    const { failures, silentFaults } = await check(entries);
    expect(failures).toEqual([]);
    expect(silentFaults.join("\n")).toContain(expected);
  });

  test("an archive that was not created on Unix", async () => {
    const zip = await makeZip(MINIMAL_APP);
    // "Version made by", upper byte, in each entry of the central directory: 0 is FAT.
    for (let at = zip.indexOf("PK\x01\x02"); at >= 0; at = zip.indexOf("PK\x01\x02", at + 4)) zip[at + 5] = 0;
    const { silentFaults } = await checkPackage(await readZip(zip), "flex");
    expect(silentFaults[0]).toContain("carry no Unix permissions");
  });
});

test.each([
  ["dist/**/*.js", "dist/a/b.js"],
  ["./dist/index.js", "dist/index.js"],
  ["dist", "dist/functions/a.js"],
  ["dist/!(*.test).js", "dist/a.js"],
])("main %s finds %s", async (main, file) => {
  const { silentFaults } = await check([...replace("package.json", JSON.stringify({ main })), { path: file }]);
  expect(silentFaults).toEqual([]);
});

test("a main with many wildcards is searched in linear time", async () => {
  const main = `${"*a".repeat(60)}b`;
  const file = `${"a".repeat(200)}.js`;
  const { silentFaults } = await check([...replace("package.json", JSON.stringify({ main })), { path: file }]);
  expect(silentFaults).toEqual([expect.stringContaining("which is not in the package")]);
});

describe("the deployment fails", () => {
  test("for a symbolic link", async () => {
    const { failures } = await check([...MINIMAL_APP, { path: "bin/python3", content: "python3.11", mode: 0o120777 }]);
    expect(failures).toEqual(["bin/python3 is a symbolic link; packages must hold plain files."]);
  });

  test("for a duplicate file", async () => {
    const { failures } = await check([...MINIMAL_APP, { path: "main.cjs" }]);
    expect(failures).toEqual(["main.cjs is in the package twice."]);
  });

  test.each([
    ["flex", "800 MB"],
    ["consumption", "1500 MB"],
  ] as const)("for more than a %s instance can store", async (plan, limit) => {
    const huge: ZipEntry = {
      path: "big.bin",
      sizeBytes: 1_600_000_000,
      mode: 0o644,
      read: async () => Buffer.alloc(0),
    };
    const { failures } = await checkPackage([...(await readZip(await makeZip(MINIMAL_APP))), huge], plan);
    expect(failures[0]).toContain(`1600 MB unpacked, the instance has ${limit}`);
  });
});

describe("readZip rejects", () => {
  test.each([
    ["a path that leaves the archive", "xx/evil", "../evil", /invalid relative path/],
    ["an absolute path", "x/evil.js", "/evil/.js", /absolute path/],
    ["a backslash", "x/evil.js", "x\\evil.js", /invalid characters/],
  ])("%s", async (_name, harmless, hostile, message) => {
    const zip = (await makeZip([{ path: harmless }])).toString("latin1").replaceAll(harmless, hostile);
    await expect(readZip(Buffer.from(zip, "latin1"))).rejects.toThrow(message);
  });

  test("a file that is not an archive", async () => {
    await expect(readZip(Buffer.from("not a zip"))).rejects.toThrow(/central directory/i);
  });
});
