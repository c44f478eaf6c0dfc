import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

type PackageFile = { dependencies?: Record<string, string>; devDependencies: Record<string, string> };

const { dependencies = {}, devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as PackageFile;
const text = readFileSync("docs/dependencies.md", "utf8");

/** Names in the first column of a section's table. */
function namesIn(section: string): string[] {
  const [, body = ""] = new RegExp(`^## ${section}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, "m").exec(text) ?? [];
  const rows = [...body.matchAll(/^\| (`[^|]*) \|/gm)];
  return rows.flatMap(([, cell = ""]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

test("docs/dependencies.md lists exactly the packages of package.json, each once", () => {
  const listed = [...namesIn("Bundled"), ...namesIn("Tools")];
  expect(listed.toSorted()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).toSorted());
});

test("every bundled package is imported somewhere", () => {
  const sources = globSync("{toolkit,functions-app,local,rehearsal,inspector,shared}/src/**/*.{ts,tsx}").map((file) =>
    readFileSync(file, "utf8"),
  );
  const isImported = (name: string) => sources.some((source) => new RegExp(`["(]${name}["/]`).test(source));
  expect(namesIn("Bundled").filter((name) => !isImported(name))).toEqual([]);
});

test("nothing is installed with the package, as stated in docs/dependencies.md", () => {
  expect(dependencies).toEqual({});
});

test("every version is pinned", () => {
  const versions = Object.values({ ...dependencies, ...devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
