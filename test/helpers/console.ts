import { type Console, createConsole } from "../../toolkit/src/ui/console.ts";
import type { HintContext } from "../../toolkit/src/ui/hint.ts";

export type TestConsole = Console & { stdout(): string; stderr(): string };

/** A console that is not a terminal and keeps its output. */
export function createTestConsole({ isJson = false, hints = undefined as HintContext | undefined } = {}): TestConsole {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => {
    const write = (text: string) => {
      written[name] += text;
      return true;
    };
    return { write } as unknown as NodeJS.WriteStream;
  };
  const console = createConsole({
    isJson,
    env: {},
    streams: { stdout: stream("stdout"), stderr: stream("stderr") },
    ...(hints === undefined ? {} : { hints }),
  });
  return { ...console, stdout: () => written.stdout, stderr: () => written.stderr };
}
