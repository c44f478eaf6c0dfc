import { expect, test } from "vitest";
import { listTestPythons } from "../../helpers/pythons.ts";
import { StepRunner } from "../../helpers/step-runner.ts";

const python = (await listTestPythons()).at(-1)?.executable as string;

// Each line: what the first step creates, and what the second does with it.
const MADE: Record<string, [string, string]> = {
  number: ["1", ""],
  number_changed: ["1", "number_changed += 1"],
  same_again: ["[1, 'a', None]", "same_again = [1, 'a', None]"],
  other_type: ["[1]", "other_type = (1,)"],
  not_a_number: ["float('nan')", ""],
  text: ["'a' * 5000", "text = text[:-1] + 'b'"],
  nested: ["{'a': [1, {2, 3}], 'b': (b'x', 1.5)}", ""],
  nested_changed: ["{'a': [1, {2, 3}], 'b': (b'x', 1.5)}", "nested_changed['a'][1].add(4)"],
  set_of_texts: ["set('abcdefghij')", "set_of_texts = set('jihgfedcba')"],
  within: ["[nested]", ""],
  shared: ["[nested_changed]", ""],
  when: ["datetime.datetime(2026, 1, 2)", ""],
  when_changed: ["datetime.datetime(2026, 1, 2)", "when_changed += datetime.timedelta(1)"],
  thing: ["Thing()", ""],
  thing_changed: ["Thing()", "thing_changed.parts.append(1)"],
  record: ["Record(1, [2])", "record.b.append(3)"],
  color: ["Color.RED", ""],
  point: ["Point(1, 2)", "point = Point(1, 2)"],
  of_functions: ["{'f': helper}", ""],
  counted: ["Counted()", ""],
  cyclic: ["cycle()", ""],
  large: ["list(range(300_000))", "large[5] = 0"],
  large_bytes: ["bytes(400_000)", ""],
  large_bytes_changed: ["bytes(400_000)", "large_bytes_changed = bytes(399_999) + b'x'"],
};

const DEFINED = `
import collections, dataclasses, datetime, enum
class Thing:
    def __init__(self): self.parts = []
@dataclasses.dataclass
class Record:
    a: int
    b: list
class Color(enum.Enum):
    RED = 1
Point = collections.namedtuple("Point", "x y")
def helper(): return 1
class Counted:
    times = 0
    def __getstate__(self):
        Counted.times += 1
        return {}
def cycle():
    made = []
    made.append(made)
    return made
`;

test("variables that changed since the previous step are known if the check is cheap", async () => {
  const runner = await StepRunner.start({ python });
  const make = Object.entries(MADE).map(([name, [value]]) => `${name} = ${value}`);
  await runner.complete([DEFINED, ...make].join("\n"), { isLast: false });
  const change = Object.values(MADE).map(([, statement]) => statement);
  const second = await runner.complete([...change, "new = 1"].join("\n"), { isLast: false });
  const changed = await changedOf(runner, second);
  const named = (which: unknown) => Object.keys(changed).filter((name) => changed[name] === which);
  expect({ unchanged: named(false), changed: named(true), unknown: named(null), new: named(undefined) }).toEqual({
    unchanged: "number same_again not_a_number nested set_of_texts within when thing color point large_bytes".split(
      " ",
    ),
    changed:
      "number_changed other_type text nested_changed shared when_changed thing_changed record large_bytes_changed".split(
        " ",
      ),
    unknown: "of_functions counted cyclic large".split(" "),
    new: ["new"],
  });
});

test("detecting a changed variable does not run code of the notebook", async () => {
  const runner = await StepRunner.start({ python });
  const noisy = "class Noisy:\n    def __getstate__(self):\n        print('asked')\n        return {}";
  await runner.complete(`${noisy}\nnoisy = Noisy()`, { isLast: false });
  await runner.complete("pass", { isLast: false });
  // Once for each written session.
  expect(runner.lines.filter((line) => line === "asked")).toHaveLength(2);
});

test("the variables of a run's result are compared too", async () => {
  const runner = await StepRunner.start({ python });
  await runner.complete("kept, other, large = [1], [2], bytes(300_000)", { isLast: false });
  const last = await runner.complete("other.append(3)");
  expect(await changedOf(runner, last)).toEqual({ kept: false, other: true, large: false });
});

test("a variable that could not travel is new when it is created again", async () => {
  const runner = await StepRunner.start({ python });
  const first = await runner.runCells(["it = (n for n in range(3))"], { isLast: false });
  expect((await runner.detailsOf(first)).lost).toMatchObject([{ name: "it", cell: 1 }]);
  expect(await changedOf(runner, await runner.complete("it = 1", { isLast: false }))).toEqual({ it: undefined });
});

async function changedOf(runner: StepRunner, step: Parameters<StepRunner["detailsOf"]>[0]) {
  const { crossing = [] } = await runner.detailsOf(step);
  return Object.fromEntries(crossing.map((variable) => [variable.name, variable.changed]));
}
