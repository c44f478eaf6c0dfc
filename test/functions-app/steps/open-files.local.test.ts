import { rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { listTestPythons } from "../../helpers/pythons.ts";
import { type CompletedStep, StepRunner, variablesOf } from "../../helpers/step-runner.ts";
import { makeTempDir } from "../../helpers/temp-dir.ts";

const pythons = await listTestPythons();
const oldestAndNewest = [...new Set([pythons[0], pythons.at(-1)])].map((it) => it?.executable as string);
const python = oldestAndNewest.at(-1) as string;

const OPENED = `
import io, os, sys
open("r.txt", "w").write("l1\\nl2\\nl3\\n")
open("dos.txt", "wb").write(b"a\\r\\nb\\r\\nc\\r\\n")
w = open("w.txt", "w"); w.write("abc\\n")
wp = open("wp.txt", "w+"); wp.write("abc\\ndef\\n"); wp.seek(4)
a = open("a.txt", "a"); a.write("one\\n")
x = open("x.txt", "x"); x.write("made")
r = open("r.txt"); r.readline()
rp = open("r.txt", "r+"); rp.seek(6)
latin = open("latin.txt", "w+", encoding="latin-1"); latin.write("\\xe9\\xe8"); latin.seek(1)
looped = open("r.txt"); first = next(looped)
b = open("r.txt", "rb"); b.read(4)
bp = open("bp.bin", "w+b"); bp.write(b"12345"); bp.seek(2)
raw = open("r.txt", "rb", buffering=0); raw.read(1)
dos, plain = open("dos.txt", newline=""), open("dos.txt"); next(dos), next(plain)
closed = open("w2.txt", "w"); closed.write("kept"); closed.close()
os.makedirs("sub"); os.chdir("sub")
inner = open("inner.txt", "w"); inner.write("in"); os.chdir("..")
twice = [w]
shown = sys.stdout
`;

const READ = [
  "w.write('def\\n'), w.flush(), open('w.txt').read(), w.mode, w.name, twice[0] is w",
  "wp.read(), wp.mode",
  "a.write('two\\n'), a.flush(), open('a.txt').read()",
  "x.write('!'), x.flush(), open('x.txt').read(), x.mode",
  "r.readline(), r.read()",
  "rp.read()",
  "latin.read(), latin.encoding",
  "next(looped), looped.read(), first",
  "b.read(2), bp.read(), raw.read(2), type(raw).__name__, bp.mode",
  "next(dos), next(plain)",
  "closed.closed, closed.name, open('w2.txt').read()",
  "inner.write('ner'), inner.flush(), open('sub/inner.txt').read(), inner.name, sorted(os.listdir('.'))",
  "shown is sys.stdout",
];

test.each(oldestAndNewest)(
  "open files are reopened at the same position in the next step, with all their properties (%s)",
  async (executable) => {
    const check = `answers = [${READ.map((line) => `[${line}]`).join(", ")}]\nanswer = repr(answers)`;
    const whole = await StepRunner.start({ python: executable });
    const expected = variablesOf((await whole.runCells([OPENED, check, "print(answer)"])) as CompletedStep);
    const split = await StepRunner.start({ python: executable });
    for (const source of [OPENED, "pass", check]) {
      const result = await split.runCells([source], { isLast: false });
      expect((await split.detailsOf(result)).lost).toBeUndefined();
    }
    await split.runCells(["print(answer)"]);
    expect(expected["first"]).toBe("'l1\\n'");
    expect(split.lines.at(-1)).toBe(whole.lines.at(-1));
  },
);

test("writes to an open file from several steps are complete at the end", async () => {
  const runner = await StepRunner.start({ python });
  await runner.complete("log = open('log.txt', 'w')\nlog.write('1\\n')", { isLast: false });
  await runner.complete("log.write('2\\n')", { isLast: false });
  const last = await runner.complete("log.write('3\\n'); log.flush(); text = open('log.txt').read()");
  expect(variablesOf(last)["text"]).toBe("'1\\n2\\n3\\n'");
});

test("paths below the working directory refer to the same file in later steps, and count as unchanged", async () => {
  const runner = await StepRunner.start({ python });
  const make =
    "import os, pathlib\nroot, text = pathlib.Path.cwd(), os.path.abspath('sub/f.txt')\nos.makedirs('sub')\n(root / 'sub/f.txt').write_text('1')\nwithin = {'p': root / 'sub', root: 1}\nelsewhere = pathlib.Path('/tmp')\nrelative = pathlib.Path('sub')";
  await runner.complete(make, { isLast: false });
  const use =
    "os.chdir('sub')\nfound = [(root / 'sub/f.txt').read_text(), open(text).read(), (within['p'] / 'f.txt').read_text()]";
  const second = await runner.complete(use, { isLast: false });
  const { crossing = [] } = await runner.detailsOf(second);
  expect(Object.fromEntries(crossing.map(({ name, changed }) => [name, changed]))).toEqual({
    ...{ root: false, text: false, within: false, elsewhere: false, relative: false },
    found: undefined,
  });
  const check =
    "again = [open(text).read(), str(elsewhere), str(relative), root == pathlib.Path.cwd().parent, root in within]";
  const last = variablesOf(await runner.complete(check));
  expect(last).toMatchObject({ found: "['1', '1', '1']", again: "['1', '/tmp', 'sub', True, True]" });
});

test("a file that cannot be reopened is lost after its step, with the reason and a remedy", async () => {
  const runner = await StepRunner.start({ python });
  const code = [
    "import gzip, os, tempfile",
    "gone = open('gone.txt', 'w'); os.remove('gone.txt')",
    "own = tempfile.NamedTemporaryFile()",
    "packed = gzip.open('p.gz', 'wt')",
    "kept = open('kept.txt', 'w')",
  ];
  const { lost = [] } = await runner.detailsOf(await runner.runCells([code.join("\n")], { isLast: false }));
  expect(lost.map(({ name, remedy }) => [name, remedy])).toEqual(
    ["gone", "own", "packed"].map((name) => [name, "Open it in the step that uses it."]),
  );
  expect(lost.map(({ reason }) => reason.split(": ").at(-1))).toEqual([
    "the file has no name any more",
    "the file is in the step's temporary folder, which is removed with the step",
    "it is read or written through GzipFile",
  ]);
});

test("an external file that is missing in the next step is closed there with a message, and other variables travel", async () => {
  const runner = await StepRunner.start({ python });
  const folder = await makeTempDir();
  await runner.complete(`file = open(${JSON.stringify(`${folder}/f.txt`)}, "w")\nkeep = 5`, { isLast: false });
  await rm(`${folder}/f.txt`);
  expect(variablesOf(await runner.complete("kept, is_closed = keep, file.closed"))).toMatchObject({
    kept: "5",
    is_closed: "True",
  });
  expect(runner.lines.join("\n")).toContain(`The file ${folder}/f.txt could not be opened again`);
});
