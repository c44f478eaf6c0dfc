import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { CellOutput } from "../../../functions-app/src/contract/step-details.ts";
import { isRunning, listTestPythons } from "../../helpers/pythons.ts";
import { StepRunner } from "../../helpers/step-runner.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const python = (await listTestPythons()).at(-1)?.executable as string;
const LIMIT = 1_000_000;
// The last characters of a cell are kept as well.
const TAIL = 64 * 1024;

const textOf = (outputs: readonly CellOutput[]): string =>
  outputs.flatMap((it) => (it.output_type === "stream" ? [it.text] : [])).join("");

async function startLimited(): Promise<StepRunner> {
  return StepRunner.start({ python, limits: { outputBytes: LIMIT } });
}

/** After its end the folder of a step is gone, and the next step of the run works. */
async function expectNothingLeft(runner: StepRunner): Promise<void> {
  await runner.complete("1 + 1");
  await runner.runtime.stop();
  expect(readdirSync(runner.tempDir)).toEqual([]);
}

test("the beginning and the end of a million lines are kept, and the log says that lines are missing", async () => {
  const runner = await startLimited();
  const result = await runner.runCells([
    "for i in range(0, 1_000_000, 100): print('\\n'.join(map(str, range(i, i + 100))))",
  ]);
  expect(result.kind).toBe("completed");
  const { cells } = await runner.detailsOf(result);
  const text = textOf(cells[0]?.outputs ?? []);
  expect(text).toMatch(/^0\n1\n2\n[\s\S]* characters are left out: [\s\S]*\n999998\n999999\n$/);
  expect(text.length).toBeLessThan(LIMIT + 2 * TAIL);
  expect(runner.lines.length).toBeLessThan(10_100);
});

test("output thirty times over the limit, without a newline, is bounded", async () => {
  const runner = await startLimited();
  const before = process.memoryUsage().rss;
  const result = await runner.runCells([
    "import sys\nfor _ in range(30): sys.stdout.write('x' * 1_000_000)",
    "print('next')",
  ]);
  expect(result.kind).toBe("completed");
  const { cells } = await runner.detailsOf(result);
  expect(textOf(cells[0]?.outputs ?? []).length).toBeLessThan(LIMIT + 2 * TAIL);
  expect(textOf(cells[1]?.outputs ?? [])).toContain("next");
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  await expectNothingLeft(runner);
});

/** Python code in which each process leaves a file with its ID. */
const note = (folder: string) =>
  `import os, time\nnote = lambda: open(${JSON.stringify(`${folder}/`)} + str(os.getpid()), 'w').close()`;
const notedIn = (folder: string): number[] => readdirSync(folder).map(Number);

test("processes that a step forks by the dozen end with it, even in their own sessions", async () => {
  const runner = await StepRunner.start({ python, limits: { stepTimeoutMs: 4_000 } });
  const folder = await makeTempDir();
  const bomb = "for _ in range(6):\n    if os.fork() == 0 and os.getpid() % 2: os.setsid()\nnote()\ntime.sleep(300)";
  const failure = await runner.fail(`${note(folder)}\n${bomb}`);
  expect(failure.type).toBe("TimeoutError");
  const pids = notedIn(folder);
  expect(pids.length).toBeGreaterThan(60);
  expect(pids.filter(isRunning)).toEqual([]);
});

test("a fork bomb that reaches the process limit fails, and its processes end", async () => {
  const runner = await StepRunner.start({ python });
  const folder = await makeTempDir();
  const bomb = [
    note(folder),
    `os.chmod(${JSON.stringify(folder)}, 0o777)`,
    "import resource",
    "reader, writer = os.pipe()",
    "if os.fork() == 0:",
    // The process limit does not apply to root.
    "    if os.getuid() == 0: os.setuid(65534)",
    "    resource.setrlimit(resource.RLIMIT_NPROC, (30, 30))",
    "    try:",
    "        while True:",
    "            if os.fork() == 0:",
    "                note()",
    "                time.sleep(300)",
    "    except OSError as error:",
    "        os.write(writer, str(error).encode())",
    "        time.sleep(300)",
    "raise RuntimeError(os.read(reader, 999).decode())",
  ];
  const { type, message } = await runner.fail(bomb.join("\n"));
  expect([type, message]).toEqual(["RuntimeError", expect.stringContaining("Resource temporarily unavailable")]);
  expect(notedIn(folder).filter(isRunning)).toEqual([]);
});

test("a process that keeps forking and exiting does not outlive its step", async () => {
  const runner = await StepRunner.start({ python });
  const folder = await makeTempDir();
  const chain = [
    note(folder),
    "if os.fork() == 0:",
    "    last = time.monotonic()",
    "    while True:",
    "        if os.fork(): os._exit(0)",
    "        os.setsid()",
    "        if time.monotonic() - last > 0.05:",
    "            note()",
    "            last = time.monotonic()",
    "time.sleep(0.5)",
  ];
  await runner.complete(chain.join("\n"));
  const count = notedIn(folder).length;
  expect(count).toBeGreaterThan(0);
  // Another step takes longer than the chain of forks needs to show that it is alive.
  await runner.complete("import time\ntime.sleep(0.3)");
  expect(notedIn(folder).length).toBe(count);
});

test("a step that exceeds its memory limit fails with a memory error, and the next one runs", async () => {
  const runner = await StepRunner.start({ python });
  const code =
    "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\nx = [bytearray(1 << 28) for _ in range(8)]";
  expect((await runner.fail(code)).type).toBe("MemoryError");
  await expectNothingLeft(runner);
});

test("a step that exceeds the file size limit fails with an error, and leaves nothing behind", async () => {
  const runner = await StepRunner.start({ python });
  const code =
    "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000,) * 2)\nwith open('big', 'wb') as f:\n    for _ in range(8): f.write(bytes(1_000_000))";
  expect(await runner.fail(code)).toMatchObject({
    type: "OSError",
    message: expect.stringContaining("File too large"),
  });
  await expectNothingLeft(runner);
});
