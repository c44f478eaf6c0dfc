import { createInterface } from "node:readline/promises";

type AskOptions = {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  /** Aborts the wait for an answer. */
  signal: AbortSignal;
  /** Called for Ctrl-C, which the terminal does not convert to a signal while a line is read. */
  onInterrupt: () => void;
};

/** @returns Whether the answer was yes; the end of the input, for example by Ctrl-D, means no. */
export async function askYesNo(question: string, { input, output, signal, onInterrupt }: AskOptions): Promise<boolean> {
  const prompt = createInterface({ input, output, terminal: true });
  prompt.on("SIGINT", onInterrupt);
  const closed = new Promise<string>((resolve) => prompt.once("close", () => resolve("")));
  try {
    const answer = await Promise.race([prompt.question(`${question} [y/N] `, { signal }), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
    output.write("\n"); // The next output starts on a new line, however the question ended.
  }
}
