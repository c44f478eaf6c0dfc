import { build } from "esbuild";
import { expect, test } from "vitest";
import { azuriteBundle, fewMediaTypes } from "../../scripts/azurite-bundle/plugin.mjs";

type Patch = { name: string; file: string; edits: { find: string; replace: string }[] };

/** The errors that end the build of Azurite's process. */
async function errorsOf(options: { patches?: Patch[]; version?: string }): Promise<string> {
  const building = build({
    bundle: true,
    platform: "node",
    write: false,
    logLevel: "silent",
    external: ["*.node"],
    entryPoints: ["local/src/azurite/child/services.ts"],
    plugins: [azuriteBundle(options)],
  });
  return building.then(
    () => "",
    (error: Error) => error.message,
  );
}

const patch = (file: string, ...finds: string[]): Patch => ({
  name: "a change",
  file,
  edits: finds.map((find) => ({ find, replace: "" })),
});

test("the patches match the installed Azurite", async () => {
  expect(await errorsOf({})).toBe("");
});

test("a patch whose source is missing fails the build, with the names of patch and file", async () => {
  const errors = await errorsOf({ patches: [patch("table/TableServer.js", "class TableServer ", "no such line")] });
  expect(errors).toContain(
    `"a change" expects its source once in Azurite's table/TableServer.js, and found it 0 times`,
  );
});

test("a patch whose source occurs twice fails the build", async () => {
  const errors = await errorsOf({ patches: [patch("table/TableServer.js", "async ")] });
  expect(errors).toMatch(/expects its source once in Azurite's table\/TableServer\.js, and found it \d+ times/);
});

test("a patch for a file that is not bundled fails the build", async () => {
  const errors = await errorsOf({ patches: [patch("table/Moved.js", "anything")] });
  expect(errors).toContain(`"a change" was not applied: Azurite's table/Moved.js is not part of the bundle`);
});

test("another version of Azurite fails the build", async () => {
  expect(await errorsOf({ version: "3.0.0" })).toContain("were written for Azurite 3.0.0, and 3.37.0 is installed");
});

test("the media types that express names or completes with a charset stay", () => {
  const css = { charset: "UTF-8" };
  const few = fewMediaTypes({ "image/png": {}, "text/css": css, "application/xml": {}, "application/x-unknown": {} });
  expect(few).toEqual({ "text/css": css, "application/xml": {} });
});
