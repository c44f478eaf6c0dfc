import { expect, test } from "vitest";
import { CellOutputs } from "../../../functions-app/src/outputs/cell-outputs.ts";
import type { StepEvent, StepMessage } from "../../../functions-app/src/outputs/step-message.ts";

const now = () => new Date(0);
const print = (text: string, stream: "stdout" | "stderr" = "stdout"): StepMessage => ({ kind: "output", stream, text });
const event = (it: StepEvent): StepMessage => ({ kind: "event", event: it });
const begin = (cell: number) => event({ kind: "cell-started", cell, count: cell });
const end = (cell: number) => event({ kind: "cell-ended", cell, ms: 1.5, status: "ok" });
const show = (text: string, id?: string, kind: "display" | "update" = "display") =>
  event({ kind, data: { "text/plain": text }, metadata: {}, ...(id && { id }) });

function gather(messages: StepMessage[], maxCharacters = 100_000) {
  const outputs = new CellOutputs({ maxCharacters, now });
  for (const message of messages) outputs.add(message);
  return outputs;
}

const outputsOf = (messages: StepMessage[], maxCharacters?: number) =>
  gather(messages, maxCharacters)
    .toDetails()
    .cells.map(({ outputs }) => outputs);

const textOf = (messages: StepMessage[], maxCharacters?: number) =>
  outputsOf(messages, maxCharacters)
    .flat()
    .map((it) => ("text" in it ? it.text : "data" in it ? it.data["text/plain"] : it.ename));

test("streams keep their order, and consecutive pieces of a stream are merged", () => {
  const [outputs] = outputsOf([begin(1), print("a"), print("b\n"), print("e", "stderr"), print("c"), end(1)]);
  expect(outputs).toEqual([
    { output_type: "stream", name: "stdout", text: "ab\n" },
    { output_type: "stream", name: "stderr", text: "e" },
    { output_type: "stream", name: "stdout", text: "c" },
  ]);
});

test("each cell has its execution count, start time, duration and status", () => {
  const { cells } = gather([begin(3), end(3), begin(4), print("x")]).toDetails();
  expect(cells).toMatchObject([
    { cell: 3, executionCount: 3, startedAt: "1970-01-01T00:00:00.000Z", durationMs: 1.5, status: "ok", outputs: [] },
    { cell: 4, status: "unfinished" },
  ]);
});

test("a progress bar is one line with its last state", () => {
  expect(textOf([begin(1), print("  0%\r", "stderr"), print(" 50%\r", "stderr"), print("100%\n", "stderr")])).toEqual([
    "100%\n",
  ]);
});

test("an update replaces the output with its ID, in any cell of the step", () => {
  expect(textOf([begin(1), show("old", "a"), show("other"), end(1), begin(2), show("new", "a", "update")])).toEqual([
    "new",
    "other",
  ]);
});

test("an update of an earlier step's output is kept for readers that have that output", () => {
  const { updates } = gather([begin(1), show("1", "a", "update"), show("2", "a", "update")]).toDetails();
  expect(updates).toEqual([{ display_id: "a", data: { "text/plain": "2" }, metadata: {} }]);
});

test.each([
  [false, ["new"]],
  [true, ["new"]],
])("clearing with wait=%s keeps the output that follows", (wait, shown) => {
  expect(textOf([begin(1), print("old"), event({ kind: "clear", wait }), show("new")])).toEqual(shown);
});

test("clearing with wait has no effect if no output follows", () => {
  const waiting = [begin(1), print("old"), event({ kind: "clear", wait: true }), end(1), begin(2), print("next")];
  expect(textOf(waiting)).toEqual(["old", "next"]);
});

test("all lines up to the limit are kept", () => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`);
  expect(textOf([begin(1), ...lines.map((it) => print(it)), end(1)], 10_000_000)).toEqual([lines.join("")]);
});

test("beyond the limit the beginning and the end are kept, with the number of omitted characters", () => {
  const text = `${"x".repeat(999)}\n`;
  const shown = textOf([begin(1), ...Array.from({ length: 1000 }, () => print(text)), print("the end")], 10_000).join(
    "",
  );
  expect(shown.length).toBeLessThan(80_000);
  expect(shown).toMatch(/^x+\n/);
  expect(shown).toMatch(/the end$/);
  const [, omitted] = /\[(\d+) characters are left out/.exec(shown) ?? [];
  expect(Number(omitted) + shown.replace(/\n\[.*\]\n/, "").length).toBe(1_000_007);
});

test("an output that is too large is replaced by a note, and an error is kept", () => {
  const large = event({ kind: "display", data: { "image/png": "x".repeat(20_000) }, metadata: {} });
  const error = event({ kind: "error", name: "E", value: "v".repeat(20_000), traceback: ["t"] });
  expect(textOf([begin(1), large, error], 10_000)).toEqual([
    expect.stringContaining("20000 characters (image/png)"),
    "E",
  ]);
});

test("the frames of an animation do not count together towards the limit", () => {
  const frame = [event({ kind: "clear", wait: true }), show("f".repeat(5_000))];
  expect(textOf([begin(1), ...Array.from({ length: 50 }, () => frame).flat()], 10_000)).toEqual(["f".repeat(5_000)]);
});

test("a crashed process is an error in the cell that was running, and only there", () => {
  const failure = { type: "ProcessCrash", message: "killed", traceback: "" };
  const died = gather([begin(1), print("so far\n")]);
  died.fail(failure);
  expect(died.toDetails().cells[0]?.outputs).toMatchObject([
    { text: "so far\n" },
    { ename: "ProcessCrash", evalue: "killed", traceback: ["ProcessCrash: killed"] },
  ]);
  const ended = gather([begin(1), end(1)]);
  ended.fail(failure);
  expect(ended.toDetails().cells[0]?.outputs).toEqual([]);
});

test("the tail of a stream spans all cells", () => {
  const outputs = gather([begin(1), print("abc"), end(1), begin(2), print("e", "stderr"), print("def")]);
  expect([outputs.tail("stdout", 5), outputs.tail("stderr", 5)]).toEqual(["bcdef", "e"]);
});
