import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { namesSetBy, namesSetByFiles } from "../../../toolkit/src/deployment/variable-files.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

test("a file sets only the names at its top level", () => {
  const text = [
    "# location = commented out",
    "// plan = neither",
    "/* environment =",
    "   nor this */",
    'project="lab" # = "other"',
    "tags = {",
    '  team = "blue }"',
    '  "odd = name" = "x"',
    "}",
    "  allowed_ip_ranges  = [",
    '  "203.0.113.7/32",',
    "]",
    "app_settings = { TEXT = <<-END",
    "    inner = 1 {",
    "    END",
    "}",
    "log_retention_days = 60",
  ].join("\n");
  const names = ["project", "tags", "allowed_ip_ranges", "app_settings", "log_retention_days"];
  expect(namesSetBy(text, false)).toEqual(names);
  expect(namesSetBy(text.replaceAll("\n", "\r\n"), false)).toEqual(names);
});

test("a comment at the end of a line and an escaped quote do not end a value", () => {
  expect(namesSetBy('a = "say \\"}\\" = b" // c = 1\nd = 2', false)).toEqual(["a", "d"]);
});

test("a JSON file sets the keys of its object, and an invalid file sets nothing", () => {
  expect(namesSetBy('{"plan":"flex","tags":{"team":"blue"}}', true)).toEqual(["plan", "tags"]);
  expect(namesSetBy("[1]", true)).toEqual([]);
  expect(namesSetBy("{", true)).toEqual([]);
});

test("files are read together, and a missing file sets nothing", async () => {
  const dir = await makeTempDir();
  await writeFile(path.join(dir, "a.tfvars"), 'plan = "flex"\n');
  await writeFile(path.join(dir, "b.tfvars.json"), '{"location":"northeurope"}');
  const files = ["a.tfvars", "b.tfvars.json", "gone.tfvars"].map((name) => path.join(dir, name));
  expect(await namesSetByFiles(files)).toEqual(new Set(["plan", "location"]));
});
