import { styleText } from "node:util";
import type { Hint } from "@same-kit/shared";
import { emptyHintContext, type HintContext, renderHint } from "./hint.ts";
import { printable, printableJson } from "./printable.ts";

/**
 * The destination of all output: stdout is the answer, stderr is progress. With `--json`, only one document is written, on stdout.
 * Control characters in all texts are escaped; colours are kept.
 */
export type Console = {
  isJson: boolean;
  /** Whether progress can be drawn and questions asked. */
  isInteractive: boolean;
  hasColour: boolean;
  /** The answer; not printed with `--json`. */
  answer(text: Hint): void;
  /** Progress and remarks; not printed with `--json`. */
  note(text: Hint): void;
  /** The document of `--json`; not printed without. */
  json(value: unknown): void;
  /** A piece of the answer without a trailing newline, such as lines of a log. */
  write(text: string): void;
  paint(style: Style, text: string): string;
  /** The text of a hint, with commands that can be pasted. */
  render(text: Hint): string;
};

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

type ConsoleStreams = { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream };

// Some pseudo-terminals report no columns.
const MIN_COLUMNS = 20;

type ConsoleOptions = {
  isJson: boolean;
  env: NodeJS.ProcessEnv;
  streams?: ConsoleStreams;
  /** The context of the current call; default: the call is not parsed yet. */
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
