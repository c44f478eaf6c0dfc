import { styleText } from "node:util";
import type { Hint } from "@same-kit/shared";
import { emptyHintContext, type HintContext, renderHint } from "./hint.ts";
import { printable, printableJson } from "./printable.ts";

/**
 * Where output goes: stdout is the answer, stderr is progress. With `--json` only one document is written, on stdout. Control
 * characters of any text it is given are escaped; colours stay.
 */
export type Console = {
  isJson: boolean;
  /** Whether progress can be drawn and questions asked. */
  isInteractive: boolean;
  hasColour: boolean;
  /** The answer; nothing with `--json`. */
  answer(text: Hint): void;
  /** Progress and remarks; nothing with `--json`. */
  note(text: Hint): void;
  /** The one document of `--json`; nothing without. */
  json(value: unknown): void;
  /** A piece of the answer without a trailing newline, such as lines of a log. */
  write(text: string): void;
  paint(style: Style, text: string): string;
  /** A hint as text whose commands can be pasted. */
  render(text: Hint): string;
};

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

export type ConsoleStreams = { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream };

// Some pseudo-terminals report no columns.
const MIN_COLUMNS = 20;

export type ConsoleOptions = {
  isJson: boolean;
  env: NodeJS.ProcessEnv;
  streams?: ConsoleStreams;
  /** That of the call; default: no call is parsed yet. */
  hints?: HintContext;
};

export function createConsole({ isJson, env, streams = process, hints }: ConsoleOptions): Console {
  const { stdout, stderr } = streams;
  const render = (text: Hint) => renderHint(text, hints ?? emptyHintContext(process.cwd()));
  const isTerminal = Boolean(stderr.isTTY) && stderr.columns >= MIN_COLUMNS && env["TERM"] !== "dumb";
  const isInteractive = !isJson && isTerminal && env["CI"] === undefined;
  const hasColour = isInteractive && Boolean(stdout.isTTY) && (env["NO_COLOR"] ?? "") === "";
  return {
    isJson,
    isInteractive,
    hasColour,
    answer: (text) => void (isJson || stdout.write(`${printable(render(text))}\n`)),
    note: (text) => void (isJson || stderr.write(`${printable(render(text))}\n`)),
    json: (value) => void (isJson && stdout.write(`${printableJson(value)}\n`)),
    write: (text) => void stdout.write(printable(text)),
    paint: (style, text) => (hasColour ? styleText(style, text, { validateStream: false }) : text),
    render,
  };
}
