import { UsageError } from "@same-kit/shared";
import type { ToolkitErrorCode } from "../errors.ts";
import type { PhaseProgress, PhaseView } from "../ports.ts";
import { askYesNo } from "./ask.ts";
import type { Console } from "./console.ts";
import { formatDuration } from "./format.ts";
import { printable, printableInLine } from "./printable.ts";

export function createPhaseView(console: Console, signal: AbortSignal): PhaseView {
  const phase: PhaseView["phase"] = (name, work) => {
    const title = printableInLine(name);
    const shown: typeof work = ({ say, note, rewrite }) =>
      work({
        say: (text) => say(printableInLine(text)),
        note: (text) => note(printable(text)),
        rewrite: (text) => rewrite(printableInLine(text)),
      });
    return console.isInteractive ? drawPhase(title, shown, signal) : printPhase(title, shown, console);
  };
  return {
    phase,
    skipped: (title, why) => console.note(`- ${title}: skipped, ${why}`),
    lines: (lines) => console.note(lines.map((line) => console.render(line)).join("\n")),
    confirm: (question) => confirm(question, console, signal),
  };
}

type Work<Value> = (progress: PhaseProgress) => Promise<Value>;

async function printPhase<Value>(title: string, work: Work<Value>, console: Console): Promise<Value> {
  const startedAt = performance.now();
  const elapsed = () => formatDuration(performance.now() - startedAt);
  console.note(`> ${title}`);
  try {
    const note = (text: string) => console.note(indent(text));
    const value = await work({ say: () => {}, note, rewrite: atMostOncePerSecond(note) });
    console.note(`✓ ${title} (${elapsed()})`);
    return value;
  } catch (error) {
    console.note(`✗ ${title} (${elapsed()})`);
    throw error;
  }
}

function atMostOncePerSecond(note: (text: string) => void, now: () => number = () => performance.now()) {
  let notedAt = now();
  return (text: string): void => {
    if (now() - notedAt < REWRITE_EVERY_MS) return;
    notedAt = now();
    note(text);
  };
}

const REWRITE_EVERY_MS = 1_000;

const indent = (text: string) => text.replaceAll(/^/gm, "    ");

const TICK_MS = 100;
const SHOWN_LINES = 20;

/** A listr2 list with one task, because the next phase is not always known in advance. */
async function drawPhase<Value>(title: string, work: Work<Value>, signal: AbortSignal): Promise<Value> {
  const { Listr, ListrLogger, ProcessOutput } = await import("listr2");
  // Progress belongs on stderr; both streams are captured while it is drawn.
  const output = new ProcessOutput(process.stderr, process.stdout);
  const logger = new ListrLogger({ processOutput: output });
  // A second Ctrl-C ends the process: this restores the cursor, and shows what was written meanwhile.
  const giveBack = () => output.release();
  process.once("exit", giveBack);
  const result: { value?: Value } = {};
  const list = new Listr(
    {
      title,
      task: async (_context, task) => {
        result.value = await drawWork(task, title, work, signal);
      },
      rendererOptions: { outputBar: SHOWN_LINES, persistentOutput: true },
    },
    {
      registerSignalListeners: false,
      rendererOptions: { logger, collapseErrors: false, showErrorMessage: false },
    },
  );
  try {
    await list.run();
  } finally {
    process.off("exit", giveBack);
  }
  return result.value as Value;
}

/** The parts of a task that listr2 draws: a line, and its last output below. */
type DrawnTask = { title: string; output: string };

async function drawWork<Value>(task: DrawnTask, title: string, work: Work<Value>, signal: AbortSignal): Promise<Value> {
  const startedAt = performance.now();
  let said = "";
  let isRewriting = false;
  let lineCount = 0;
  const show = () => {
    task.title = `${title} (${formatDuration(performance.now() - startedAt)})${said === "" ? "" : `: ${said}`}`;
  };
  const say = (text: string): void => {
    said = text;
  };
  const rewrite = (text: string): void => {
    isRewriting = true;
    said = text;
  };
  const note = (text: string): void => {
    if (isRewriting) said = "";
    isRewriting = false;
    lineCount += text.split("\n").length;
    task.output = text;
  };
  const sayStopping = () => say("stopping; press Ctrl-C again to exit immediately");
  const timer = setInterval(show, TICK_MS);
  signal.addEventListener("abort", sayStopping);
  try {
    return await work({ say, rewrite, note });
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", sayStopping);
    said = lineCount > SHOWN_LINES ? `the last ${SHOWN_LINES} of ${lineCount} lines` : "";
    show();
  }
}

async function confirm(question: string, console: Console, signal: AbortSignal): Promise<boolean> {
  if (!console.isInteractive || !process.stdin.isTTY) {
    throw new UsageError<ToolkitErrorCode>({
      code: "ERR_CONFIRMATION_NEEDED",
      message: `"${question}" needs an answer, and there is no terminal to ask in. Nothing was changed.`,
      hint: "Use --yes to confirm in advance.",
    });
  }
  const { stdin: input, stderr: output } = process;
  return askYesNo(printableInLine(question), {
    input,
    output,
    signal,
    onInterrupt: () => process.emit("SIGINT", "SIGINT"),
  });
}
