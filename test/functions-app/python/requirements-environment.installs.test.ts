import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { installRequirements } from "../../../functions-app/src/python/install-requirements.ts";
import { probeInterpreter } from "../../../functions-app/src/python/probe-interpreter.ts";
import { requirementsEnvironment } from "../../../functions-app/src/python/requirements-environment.ts";
import { appPythonDir, isRunning, listTestPythons, tinyWheel } from "../../helpers/pythons.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";
import { waitFor } from "../../helpers/wait-for.ts";
import { makeZip } from "../../helpers/zip.ts";

const interpreter = (await listTestPythons()).filter(({ hasVenv }) => hasVenv).at(-1) ?? expect.unreachable();

/** A folder of wheels from which pip can install without an index, as lines of a requirements.txt. */
const localIndex = (...versions: string[]): Promise<string> => indexOf("same_kit_tiny", ...versions);

async function indexOf(name: string, ...versions: string[]): Promise<string> {
  const folder = await makeTempDir();
  for (const version of versions) {
    const { fileName, files } = tinyWheel(name, version);
    const entries = Object.entries(files).map(([name, content]) => ({ path: name, content }));
    await writeFile(path.join(folder, fileName), await makeZip(entries));
  }
  return `--no-index\n--find-links ${folder}\n`;
}

async function makeDeps(changes: Partial<Parameters<typeof requirementsEnvironment>[2]> = {}) {
  const lines: string[] = [];
  const root = await makeTempDir();
  const deps = {
    environmentsDir: path.join(root, "environments"),
    files: { folder: appPythonDir },
    env: { PATH: process.env["PATH"], HOME: root },
    pycacheDir: path.join(root, "pycache"),
    isInCloud: false,
    keepsOwnPackages: false,
    isOffline: false,
    environmentBytes: 1e9,
    onLine: (line: string) => void lines.push(line),
    signal: new AbortController().signal,
    ...changes,
  };
  return { deps, lines };
}

test("an environment is created once, and again if its interpreter is removed", async () => {
  const requirements = Buffer.from(`${await localIndex("1.0")}same_kit_tiny==1.0\n`);
  const { deps, lines } = await makeDeps();
  const made = await requirementsEnvironment(requirements, interpreter, deps);
  expect(made).toMatchObject({ isIsolated: true, name: expect.stringMatching(/^requirements:[0-9a-f]{12}$/) });
  expect(made.lock).toEqual({ installer: expect.stringMatching(/^pip \d/), packages: ["same_kit_tiny==1.0"] });
  expect(lines.some((line) => line.includes("Successfully installed same_kit_tiny"))).toBe(true);
  const printed = lines.length;
  const commented = Buffer.from(`# a comment\n${requirements}\n\n`);
  expect(await requirementsEnvironment(commented, interpreter, deps)).toEqual(made);
  expect(lines).toHaveLength(printed);
  await rm(made.launch[0]);
  const again = await requirementsEnvironment(requirements, interpreter, deps);
  expect(again.name).toBe(made.name);
  expect(again.launch).not.toEqual(made.launch);
  const [key = ""] = await readdir(deps.environmentsDir);
  const left = await readdir(path.join(deps.environmentsDir, key));
  expect(left.filter((name) => name.startsWith("env-"))).toHaveLength(1);
});

test("packages of the base Python, even of a virtual environment, are available beside those of the notebook", async () => {
  const { deps } = await makeDeps();
  const own = Buffer.from(`${await indexOf("same_kit_own", "1.0")}same_kit_own==1.0\n`);
  const base = await requirementsEnvironment(own, interpreter, deps);
  const python = await probeInterpreter(base.launch, "SAME_PYTHON", deps.env);
  if ("rejected" in python) expect.unreachable(python.rejected);
  const added = Buffer.from(`${await localIndex("1.0")}same_kit_tiny==1.0\n`);
  const wanted = { ...deps, keepsOwnPackages: true };
  const { launch, name } = await requirementsEnvironment(added, python, wanted);
  const [program, ...first] = launch;
  const code = "import same_kit_own, same_kit_tiny; print(same_kit_own.VERSION, same_kit_tiny.VERSION)";
  expect(execFileSync(program, [...first, "-I", "-c", code]).toString()).toBe("1.0 1.0\n");
  expect((await requirementsEnvironment(added, python, deps)).name).not.toBe(name);
});

test("two processes that create the same environment concurrently both get a complete one", async () => {
  const requirements = `${await localIndex("1.0")}same_kit_tiny==1.0\n`;
  const { deps } = await makeDeps();
  const { signal: _signal, onLine: _onLine, ...options } = deps;
  const results = await Promise.all(
    [1, 2].map(async () => {
      const child = fork("test/fixtures/processes/environment-user.mjs", {
        execArgv: ["--experimental-transform-types", "--no-warnings"],
      });
      onTestFinished(() => void child.kill("SIGKILL"));
      child.send({ requirements, interpreter, options });
      const [answer] = (await once(child, "message")) as [{ launch: [string]; built: boolean }];
      return answer;
    }),
  );
  expect(results[0]?.launch).toEqual(results[1]?.launch);
  expect(results.filter(({ built }) => built)).toHaveLength(1);
});

test("the lock of a builder that was killed does not block others", async () => {
  const requirements = Buffer.from(`${await localIndex("1.0")}same_kit_tiny==1.0\n`);
  const { deps } = await makeDeps();
  const made = await requirementsEnvironment(requirements, interpreter, deps);
  const folder = path.dirname(path.dirname(path.dirname(made.launch[0])));
  await rm(path.join(folder, "current.json"));
  const dead = { pid: process.pid, startMark: "an earlier process" };
  await writeFile(path.join(folder, "build.lock"), JSON.stringify(dead));
  const again = await requirementsEnvironment(requirements, interpreter, deps);
  expect(again.launch).not.toEqual(made.launch);
  expect(JSON.parse(await readFile(path.join(folder, "current.json"), "utf8"))).toMatchObject({
    python: again.launch[0],
  });
});

test("a failure of pip is reported with pip's own lines, and leaves nothing incomplete", async () => {
  const requirements = Buffer.from(`${await localIndex("1.0")}same_kit_tiny==2.0\n`);
  const { deps } = await makeDeps();
  const made = requirementsEnvironment(requirements, interpreter, deps);
  await expect(made).rejects.toMatchObject({ code: "ERR_PYTHON_REQUIREMENTS" });
  await expect(made).rejects.toThrow(/exit code 1.*No matching distribution found for same_kit_tiny==2.0/s);
  const [key = ""] = await readdir(deps.environmentsDir);
  expect(await readdir(path.join(deps.environmentsDir, key))).toEqual([]);
});

test("temporary files of an installer that is ended are removed with it", async () => {
  const abort = new AbortController();
  const temps: string[] = [];
  const onLine = (line: string) => void temps.push(line);
  const { deps } = await makeDeps({ signal: abort.signal, onLine });
  const program = path.join(await makeTempDir(), "python");
  const own = `case "$*" in *main.py*) exec ${interpreter.executable} "$@";; esac`;
  const script = `#!/bin/sh\n${own}\ntouch "$TMPDIR/cacert.pem"\necho "$TMPDIR"\nsleep 300\n`;
  await writeFile(program, script, { mode: 0o755 });
  const making = requirementsEnvironment(Buffer.from("x"), { ...interpreter, launch: [program] }, deps);
  making.catch(() => {});
  const temp = await waitFor(() => temps[0], { what: "the start of the program" });
  const folder = path.dirname(temp);
  expect(path.dirname(folder)).toBe(deps.environmentsDir);
  expect(await readdir(temp)).toEqual(["cacert.pem"]);
  abort.abort(new Error("too long"));
  await expect(making).rejects.toThrow("too long");
  expect(await readdir(folder)).toEqual([]);
});

test("a Python without venv leads to an explanation", async () => {
  const { deps } = await makeDeps();
  const made = requirementsEnvironment(Buffer.from("x"), { ...interpreter, hasVenv: false }, deps);
  await expect(made).rejects.toThrow(`apt install python${interpreter.minor}-venv`);
});

test("in the cloud an environment over its limit is rejected with a way out", async () => {
  const requirements = Buffer.from(`${await localIndex("1.0")}same_kit_tiny==1.0\n`);
  const { deps } = await makeDeps({ isInCloud: true, environmentBytes: 1000 });
  const made = requirementsEnvironment(requirements, interpreter, deps);
  await expect(made).rejects.toMatchObject({ code: "ERR_PYTHON_NO_SPACE" });
  await expect(made).rejects.toThrow("same-kit up --with");
});

test("the time limit ends pip and everything it started", async () => {
  const abort = new AbortController();
  const pids: number[] = [];
  const onLine = (line: string) => {
    if (line.startsWith("pid ")) pids.push(Number(line.slice(4)));
  };
  const { deps } = await makeDeps({ signal: abort.signal, onLine });
  // Stands in for a pip that hangs: `-m venv` and `-m pip` run through this interpreter.
  const folder = await makeTempDir();
  const program = path.join(folder, "python");
  await writeFile(
    program,
    `#!/bin/sh\ncase "$*" in *main.py*) exec ${interpreter.executable} "$@";; esac\nsleep 300 &\necho pid $!\nwait\n`,
    {
      mode: 0o755,
    },
  );
  const installing = installRequirements(
    path.join(folder, "env"),
    Buffer.from("x"),
    { ...interpreter, launch: [program] },
    deps,
  );
  installing.catch(() => {});
  const pid = await waitFor(() => pids[0], { what: "the start of the program" });
  abort.abort(new Error("too long"));
  await expect(installing).rejects.toThrow("too long");
  expect(isRunning(pid)).toBe(false);
});

/** A program that stands in for uv: records its calls, and executes them with venv and pip. */
async function standInForUv(install: string): Promise<{ folder: string; calls: () => Promise<string> }> {
  const folder = await makeTempDir();
  const program = [
    "#!/bin/sh",
    `echo "$@" >> ${folder}/calls`,
    'case "$1" in',
    '--version) echo "uv 9.9.9 (test)" ;;',
    'venv) for last; do :; done; exec "$5" -m venv --without-pip "$last" ;;',
    `pip) ${install} ;;`,
    "esac",
  ];
  await writeFile(path.join(folder, "uv"), program.join("\n"), { mode: 0o755 });
  return { folder, calls: () => readFile(path.join(folder, "calls"), "utf8") };
}

test("uv creates the environment if it is installed, and the lock file contains uv and the exact versions", async () => {
  const requirements = Buffer.from(`${await localIndex("1.0", "1.5")}same_kit_tiny\n`);
  const uv = await standInForUv(`exec ${interpreter.executable} -m pip --python "$5" install -q -r "$7"`);
  const { deps } = await makeDeps({ env: { PATH: `${uv.folder}:${process.env["PATH"]}`, HOME: uv.folder } });
  const { lock } = await requirementsEnvironment(requirements, interpreter, deps);
  expect(lock).toEqual({ installer: "uv 9.9.9", packages: ["same_kit_tiny==1.5"] });
  expect(await uv.calls()).toMatch(/^--version\nvenv --no-project .*\npip install --no-progress --python .* -r .*\n$/);
});

test("if uv fails, pip is tried, and pip's error is the one reported", async () => {
  const uv = await standInForUv("echo uv-failed; exit 2");
  const env = { PATH: `${uv.folder}:${process.env["PATH"]}`, HOME: uv.folder };
  const { deps, lines } = await makeDeps({ env });
  const index = await localIndex("1.0");
  const missing = requirementsEnvironment(Buffer.from(`${index}same_kit_tiny==2.0\n`), interpreter, deps);
  await expect(missing).rejects.toThrow(/No matching distribution found for same_kit_tiny==2.0/);
  expect(lines).toEqual(expect.arrayContaining(["uv-failed", "uv failed; trying pip."]));
});

test("offline, an index is never used, and the missing package is reported", async () => {
  const { deps } = await makeDeps({
    isOffline: true,
    env: { PATH: "/usr/bin:/bin", PIP_INDEX_URL: "https://index.invalid/" },
  });
  const made = requirementsEnvironment(Buffer.from("same_kit_tiny==2.0\n"), interpreter, deps);
  await expect(made).rejects.toMatchObject({ code: "ERR_PYTHON_OFFLINE" });
  await expect(made).rejects.toThrow(/--offline uses no package index: same_kit_tiny==2\.0\./);
});
