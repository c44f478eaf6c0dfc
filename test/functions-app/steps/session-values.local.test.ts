import { describe, expect, test } from "vitest";
import { listTestPythons } from "../../helpers/pythons.ts";
import { type CompletedStep, StepRunner, variablesOf } from "../../helpers/step-runner.ts";

const pythons = await listTestPythons();

// Values that plain dill writes but cannot load: each is created by a step and checked in the next one.
const TRAVELLING: [string, string, string][] = [
  [
    "enumerations, with methods, aliases and mixed-in types",
    [
      "import enum",
      "class Color(enum.Enum):",
      "    RED = enum.auto()",
      "    BLUE = (1.5, 2)",
      "    ROT = RED",
      "    def low(self): return self.name.lower()",
      "    @classmethod",
      "    def _missing_(cls, value): return cls.BLUE",
      "class Level(enum.IntEnum):",
      "    HIGH = 3",
      "class Bits(enum.Flag):",
      "    A = 1",
      "    B = 2",
      "class Text(str, enum.Enum):",
      "    T = 't'",
      "c, by = Color.RED, {Color.BLUE: Bits.A | Bits.B}",
    ].join("\n"),
    "c is Color.RED is Color.ROT, c.low(), Color(99) is Color.BLUE, by[Color.BLUE] is Bits(3), Level.HIGH + 1, Text.T.upper()",
  ],
  [
    "a singleton",
    "class S:\n    one = None\n    def __new__(cls):\n        cls.one = cls.one or super().__new__(cls)\n        return cls.one\ns = S()",
    "S() is s, S.one is s",
  ],
  [
    "classes that hold each other's instances",
    "class A: kinds = []\nclass B(A): pass\nA.kinds += [B, B()]\nB.a = A()",
    "A.kinds[0] is B, type(A.kinds[1]) is B, type(B.a) is A",
  ],
  [
    "type variables and new types",
    "import typing\nT = typing.TypeVar('T', bound=int)\nclass G(typing.Generic[T]):\n    def m(self, x: T) -> T: return x\nUser = typing.NewType('User', int)",
    "G[int]().m(2), G.__parameters__ == (T,), T.__bound__ is int, User(3)",
  ],
  [
    "an exception with arguments of its own",
    "class Odd(Exception):\n    def __init__(self, a, b):\n        super().__init__(a)\n        self.b = b\nodd = Odd(1, 2)",
    "odd.args, odd.b",
  ],
  [
    "locks that are free",
    "import threading, zipfile\nr, c = threading.RLock(), threading.Condition()\nz = zipfile.ZipFile('a.zip', 'a')",
    "r.acquire(blocking=False), r.release(), c.acquire(blocking=False), c.release(), z.writestr(z.filename, '1'), r in [r]",
  ],
  [
    "methods of a named tuple",
    "import typing\nclass P(typing.NamedTuple):\n    x: int = 3\n    def twice(self): return self.x * 2\np = P()",
    "p.twice(), P().x",
  ],
];

describe.each(pythons)("Python $version", ({ executable: python }) => {
  test.each(TRAVELLING)("%s travel to the next step, and to the one after", async (_, code, check) => {
    const runner = await StepRunner.start({ python });
    await runner.complete(code, { isLast: false });
    await runner.complete(`first = (${check})`, { isLast: false });
    const { first, second } = variablesOf(await runner.complete(`second = (${check})`));
    expect(second).toBe(first);
    expect(second).not.toContain("False");
  });
});

const python = pythons.at(-1)?.executable as string;

test.each([
  [
    "an object whose class raises",
    "class P:\n    @property\n    def __class__(self): raise RuntimeError('unbound')\np = P()",
  ],
  ["a class that is not hashable", "class M(type):\n    __hash__ = None\nclass P(metaclass=M): pass\np = [P(), 1]"],
  ["a __sizeof__ that exits", "class P:\n    def __sizeof__(self): raise SystemExit\np = P()"],
  ["names that are not strings", "globals()[5] = 3"],
  ["a module without its name", "del __name__"],
  ["a different module name", "__name__ = '__main__'\nclass C: pass\np = C()"],
  ["a tracer that raises", "import sys\nsys.settrace(lambda *a: 1 / 0)"],
])("%s does not affect other variables", async (_, code) => {
  const runner = await StepRunner.start({ python });
  await runner.complete(`keep = 5\n${code}`, { isLast: false });
  expect(variablesOf(await runner.complete("kept = keep"))).toMatchObject({ kept: "5" });
});

test("the shell, output streams, displays and captured outputs belong to the next step", async () => {
  const runner = await StepRunner.start({ python });
  const cells = [
    "import sys\nip, out, err = get_ipython(), sys.stdout, sys.stderr\nh, show = display('x', display_id='d'), display",
    "ip.run_cell_magic('capture', 'kept', 'print(1)')",
  ];
  expect(await runner.runCells(cells, { isLast: false })).toMatchObject({ kind: "completed" });
  const checks =
    "ok = (ip is get_ipython(), out is sys.stdout, err is sys.stderr, show is display, kept.stdout == '1\\n')";
  const last = (await runner.runCells([`h.update('y')\n${checks}`])) as CompletedStep;
  expect(variablesOf(last)).toMatchObject({ ok: "(True, True, True, True, True)" });
});

test.each([
  ["exits when it is pickled", "class P:\n    def __reduce__(self): raise SystemExit\np = P()"],
  ["is pickled as its own name", "class P:\n    def __reduce__(self): return 'p'\np = P()"],
])("a variable that %s explodes, and other variables travel", async (_, code) => {
  const runner = await StepRunner.start({ python });
  await runner.complete(`keep = 5\n${code}`, { isLast: false });
  expect(variablesOf(await runner.complete("kept = keep"))).toMatchObject({ kept: "5", p: "exploded" });
});

test("a mock, which creates attributes when it is inspected, does not make the size calculation endless", async () => {
  const runner = await StepRunner.start({ python });
  const shown = variablesOf(await runner.complete("from unittest.mock import MagicMock\nm = MagicMock()\nkeep = 5"));
  expect(shown).toMatchObject({ keep: "5" });
});

test("a session that cannot be loaded is reported without dill's own frames", async () => {
  const runner = await StepRunner.start({ python });
  await runner.complete("class P:\n    def __reduce__(self): return int, ('x',)\np = P()", { isLast: false });
  const failure = await runner.fail("1");
  expect(failure).toMatchObject({ type: "SessionLoadError", traceback: "" });
  expect(failure.message).toContain("invalid literal for int()");
});

test("a variable whose pickling fails with an I/O error explodes, and is not mistaken for a full disk", async () => {
  const runner = await StepRunner.start({ python });
  await runner.complete("class P:\n    def __reduce__(self): raise OSError(9, 'closed')\np = P()", { isLast: false });
  expect(variablesOf(await runner.complete("1"))).toMatchObject({ p: "exploded" });
});
