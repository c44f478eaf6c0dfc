import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { listTestPythons } from "../../helpers/pythons.ts";
import { StepRunner, variablesOf } from "../../helpers/step-runner.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const pythons = await listTestPythons();

describe.each(pythons)("Python $version", ({ executable: python }) => {
  test("a traceback shows the lines of functions that earlier steps defined", async () => {
    const runner = await StepRunner.start({ python });
    await runner.complete("def f(x):\n    return 1 / x  # here", { isLast: false, name: "one" });
    await runner.complete("import inspect\nhas_source = '# here' in inspect.getsource(f)", { isLast: false });
    const { traceback } = await runner.fail("y = 1\nf(0)", { name: "three" });
    expect(traceback).toContain('File "<three>", line 2, in <module>\n    f(0)');
    expect(traceback).toContain('File "<one>", line 2, in f\n    return 1 / x  # here');
  });

  test("a step may use await at the top level, as in a notebook", async () => {
    const runner = await StepRunner.start({ python });
    const code = "import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return 1 / x\ny = await f(2)";
    expect(variablesOf(await runner.complete(code, { isLast: false }))).toEqual({});
    const { traceback } = await runner.fail("z = y\nawait f(0)", { name: "two" });
    expect(traceback).toMatch(
      /^Traceback \(most recent call last\):\n {2}File "<two>", line 2, in <module>\n {4}await f/,
    );
  });

  test("the error for a missing package includes the Python that ran", async () => {
    const { type, message } = await (await StepRunner.start({ python })).fail("import no_such_package_anywhere");
    expect([type, message]).toEqual([
      "ModuleNotFoundError",
      expect.stringContaining(`(${python}). If it is a package`),
    ]);
  });

  test("an error found by the compiler after parsing is shown with its line", async () => {
    const { type, traceback } = await (await StepRunner.start({ python })).fail("x = 1\nreturn x", { name: "one" });
    expect(type).toBe("SyntaxError");
    expect(traceback).toContain('File "<one>", line 2\n    return x');
  });
});

const withGroups = pythons.filter(({ minor }) => Number(minor.split(".")[1]) >= 11);

test.each(withGroups)("Python $version shows all of an exception group", async ({ executable }) => {
  const runner = await StepRunner.start({ python: executable });
  const { type, traceback } = await runner.fail("raise ExceptionGroup('g', [ValueError('a'), KeyError('b')])");
  expect(type).toBe("ExceptionGroup");
  expect(traceback).toContain("| ValueError: a");
});

const python = pythons.at(-1)?.executable as string;
const canMount = tryMount();

function tryMount(): boolean {
  const folder = mkdtempSync(path.join(os.tmpdir(), "same-kit-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", folder], { stdio: "ignore" });
    execFileSync("umount", [folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}

test("lines of code end where Python ends them, not at a form feed", async () => {
  const runner = await StepRunner.start({ python });
  const { traceback } = await runner.fail("\ufeffx = '\f\u2028'\r\nraise ValueError(x)\r\n", { name: "one" });
  expect(traceback).toContain('File "<one>", line 2, in <module>\n    raise ValueError(x)');
});

test("the session of the result contains no code of the steps", async () => {
  const runner = await StepRunner.start({ python });
  await runner.complete("x = 1  # secret", { isLast: false });
  const { session_context = "" } = await runner.complete("y = 2  # secret");
  expect(Buffer.from(session_context, "base64url").includes("secret")).toBe(false);
});

test("the record of a failed step contains its output and duration", async () => {
  const runner = await StepRunner.start({ python });
  const result = await runner.run("import sys\nprint('out')\nprint('err', file=sys.stderr)\n1 / 0", { name: "one" });
  expect(result).toMatchObject({
    kind: "failed",
    record: {
      name: "one",
      output: { stdout: "out\n", stderr: "err\n" },
      environment: "base",
      codeMs: expect.any(Number),
    },
  });
});

test("a process forked by a step does not replace its parent", async () => {
  const runner = await StepRunner.start({ python });
  const code =
    "import os\npid = os.fork()\nif pid == 0:\n    raise ValueError('in the child')\n_, status = os.waitpid(pid, 0)\ncode = os.WEXITSTATUS(status)";
  const result = await runner.complete(code);
  expect(variablesOf(result)).toMatchObject({ code: "1" });
  expect(result.record.output.stderr).toContain("ValueError: in the child");
});

test("a session that does not fit on the disk is reported without dill's own frames", async () => {
  const runner = await StepRunner.start({ python });
  const limit = "import os, resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))";
  const failure = await runner.fail(`${limit}\nx = os.urandom(300_000)`);
  expect(failure).toMatchObject({ type: "SessionSaveError", traceback: "" });
});

// Needs the permission to mount.
test.skipIf(!canMount)("a step that filled the disk fails with its own error", async () => {
  const tempDir = await makeTempDir();
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", tempDir]);
  onTestFinished(() => void execFileSync("umount", ["-l", tempDir]));
  const runner = await StepRunner.start({ python, tempDir });
  const failure = await runner.fail("f = open('big', 'wb')\nf.write(bytes(8_000_000))");
  expect(failure).toMatchObject({ type: "OSError", message: expect.stringContaining("No space left") });
});

test.each([
  ["its folder is missing", "import os, shutil\nshutil.rmtree(os.path.dirname(os.getcwd()))"],
  ["files cannot grow", "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))"],
])("a result that cannot be written is reported as lost: %s", async (_, code) => {
  const runner = await StepRunner.start({ python });
  const result = await runner.run(code);
  expect(result).toMatchObject({ kind: "failed", failure: { type: expect.stringMatching(/^(ResultLost|OSError)$/) } });
});
