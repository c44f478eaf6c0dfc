import { chmodSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { keptFacts, type PythonFacts } from "../../../functions-app/src/python/kept-facts.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const KNOWN: Omit<PythonFacts, "executable"> = {
  version: "3.12.4",
  minor: "3.12",
  major: 3,
  implementation: "CPython",
  hasVenv: true,
  isVirtualEnvironment: false,
};

let facts: PythonFacts;
let folder: string;
let python: string;
let asked: number;

beforeEach(async () => {
  folder = await makeTempDir();
  asked = 0;
  mkdirSync(path.join(folder, "venv", "bin"), { recursive: true });
  python = write("venv/bin/python3", "\x7fELF first");
  facts = { ...KNOWN, executable: python };
});

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

const environment = () => ({ AZURE_FUNCTIONS_ENVIRONMENT: "Development", SAME_KIT_CACHE: path.join(folder, "cache") });

function ask(answer: { facts: PythonFacts } | { rejected: string } = { facts }, env = environment()) {
  return keptFacts(python, env, async () => {
    asked++;
    return answer;
  });
}

test("an interpreter is probed once", async () => {
  expect([await ask(), await ask()]).toEqual([{ facts }, { facts }]);
  expect(asked).toBe(1);
});

test("it is probed again if it, its virtual environment or the target of a link has changed", async () => {
  await ask();
  writeFileSync(python, "\x7fELF second");
  await ask();
  expect(asked).toBe(2);
  const description = write("venv/pyvenv.cfg", "version = 3.12.4");
  await ask();
  utimesSync(description, 1, 1);
  await ask();
  expect(asked).toBe(4);
  python = path.join(folder, "link");
  symlinkSync(path.join(folder, "venv", "bin", "python3"), python);
  await ask();
  expect(asked).toBe(5);
});

test.each([
  [
    "a script, which may choose another interpreter",
    () => {
      write("venv/bin/python3", "#!/bin/sh\n");
      return { facts };
    },
  ],
  [
    "a program that starts another interpreter",
    () => ({ facts: { ...facts, executable: write("python3.12", "\x7fELF") } }),
  ],
  ["a program that does not identify itself", () => ({ facts: { ...facts, executable: "" } })],
  ["a rejected interpreter", () => ({ rejected: "does not run" })],
  ["an interpreter without venv, which may still be installed", () => ({ facts: { ...facts, hasVenv: false } })],
])("%s is probed every time", async (_, prepare) => {
  const answer = prepare();
  expect([await ask(answer), await ask(answer)]).toEqual([answer, answer]);
  expect(asked).toBe(2);
});

test("in the cloud nothing is cached", async () => {
  const { AZURE_FUNCTIONS_ENVIRONMENT: _, ...cloud } = environment();
  await ask(undefined, cloud as ReturnType<typeof environment>);
  await ask(undefined, cloud as ReturnType<typeof environment>);
  expect(asked).toBe(2);
});

test("damaged or unwritable cache entries lead to a new probe", async () => {
  await ask();
  const kept = path.join(folder, "cache", "python", "interpreters");
  const [name = ""] = readdirSync(kept);
  for (const text of ["{", JSON.stringify({ ...facts, version: 3 })]) {
    writeFileSync(path.join(kept, name), text);
    expect(await ask()).toEqual({ facts });
  }
  expect(asked).toBe(3);
  write("cache-file", "");
  chmodSync(path.join(folder, "cache-file"), 0o600);
  const env = { ...environment(), SAME_KIT_CACHE: path.join(folder, "cache-file") };
  expect(await ask(undefined, env)).toEqual({ facts });
});

test("a missing program is probed, which yields the reason", async () => {
  python = path.join(folder, "missing");
  expect(await ask({ rejected: "does not run" })).toEqual({ rejected: "does not run" });
});
