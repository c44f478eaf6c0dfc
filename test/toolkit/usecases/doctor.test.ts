import { expect, test } from "vitest";
import { examine, type Machine } from "../../../toolkit/src/usecases/doctor.ts";

const PROGRAMS: Record<string, string> = {
  "docker version": "28.0.1\n",
  "terraform version": '{"terraform_version":"1.11.4"}',
  "func --version": "4.1.0\n",
  "az version": '{"azure-cli":"2.80.0"}',
};

const complete: Machine = {
  nodeVersion: "24.1.0",
  findPythons: async () => ({ usable: [{ version: "3.12.1", executable: "/usr/bin/python3" }], problem: null }),
  portOwner: async () => undefined,
  run: async (program, [first]) => PROGRAMS[`${program} ${first}`] ?? null,
};

async function lookAt(name: string, machine: Partial<Machine>) {
  const findings = await examine({ ...complete, ...machine });
  const found = findings.find((finding) => finding.name === name);
  return { status: found?.status, found: found?.found, hasHint: found?.hint !== null };
}

test("a complete machine has no findings", async () => {
  const findings = await examine(complete);
  expect(findings.map(({ name, found }) => `${name} ${found}`)).toEqual([
    "node 24.1.0",
    "python 3.12.1 (/usr/bin/python3)",
    "port 7071 free",
    "port 10000 free",
    "port 10001 free",
    "port 10002 free",
    "docker 28.0.1",
    "terraform 1.11.4",
    "func 4.1.0",
    "az 2.80.0",
  ]);
  expect(findings.every(({ status, hint }) => status === "ok" && hint === null)).toBe(true);
});

test.each(["22.21.9", "20.19.0", "v18.0.0"])("Node %s is too old", async (nodeVersion) => {
  expect(await lookAt("node", { nodeVersion })).toMatchObject({ status: "missing", hasHint: true });
});

test("without a Python the finding says what was tried", async () => {
  const findPythons = async () => ({ usable: [], problem: "python3 is Python 3.8.2" });
  expect(await lookAt("python", { findPythons })).toEqual({
    status: "missing",
    found: "python3 is Python 3.8.2",
    hasHint: true,
  });
});

test("the owner of a port is shown", async () => {
  const portOwner = async (port: number) => (port === 7071 ? { pid: 12, command: "func start" } : undefined);
  expect(await lookAt("port 7071", { portOwner })).toEqual({
    status: "absent",
    found: "taken by process 12 (func start)",
    hasHint: true,
  });
});

test("Docker without a running engine is distinguished from no Docker", async () => {
  const run: Machine["run"] = async (_program, [first]) => (first === "--version" ? "Docker version 28" : null);
  expect((await lookAt("docker", { run })).found).toBe("its engine does not answer");
  expect((await lookAt("docker", { run: async () => null })).found).toBe("not found");
});

test("a tool with unexpected output still counts as installed", async () => {
  expect((await lookAt("az", { run: async () => "broken" })).found).toBe("unknown version");
});
