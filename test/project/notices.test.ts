import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { writeNotices } from "../../scripts/notices.mjs";
import { makeTempDir } from "../helpers/temp-dir.ts";

/** The text for bundled packages that contain `files` besides their package.json. */
async function noticesFor(packages: Record<string, Record<string, string>>): Promise<string> {
  const root = await makeTempDir();
  const inputs: Record<string, never> = { "toolkit/src/cli/main.ts": {} as never };
  for (const [name, files] of Object.entries(packages)) {
    const folder = path.join(root, "node_modules", name);
    await mkdir(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text);
    inputs[`node_modules/${name}/index.js`] = {} as never;
  }
  await writeNotices(root, [{ inputs }], path.join(root, "notices.txt"));
  return readFile(path.join(root, "notices.txt"), "utf8");
}

const packageJson = (name: string, license?: string) => JSON.stringify({ name, version: "1.2.3", license });

test("each bundled package is listed once, with shared licence texts only once", async () => {
  const text = await noticesFor({
    "@scope/one": { "package.json": packageJson("@scope/one"), LICENSE: "Permission is granted" },
    two: { "package.json": packageJson("two"), "licence.md": "Permission is granted\n", "index.js": "" },
    three: { "package.json": packageJson("three", "MIT") },
  });
  expect(text).toContain("@scope/one 1.2.3\ntwo 1.2.3\n\nPermission is granted\n");
  expect(text.split("Permission is granted")).toHaveLength(2);
  expect(text).toContain("three 1.2.3\n\nLicence: MIT\n");
});

test("a package without a licence fails the build", async () => {
  await expect(noticesFor({ odd: { "package.json": packageJson("odd") } })).rejects.toThrow(
    "odd 1.2.3 names no licence",
  );
});
