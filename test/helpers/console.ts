import { type Console, createConsole } from "../../toolkit/src/ui/console.ts";

export type TestConsole = Console & { stdout(): string; stderr(): string };

/** A console that is no terminal and keeps what is written. */
export function createTestConsole({ isJson = false } = {}): TestConsole {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => {
    const write = (text: string) => {
      written[name] += text;
      return true;
    };
    return { write } as unknown as NodeJS.WriteStream;
  };
  const console = createConsole(isJson, {}, { stdout: stream("stdout"), stderr: stream("stderr") });
  return { ...console, stdout: () => written.stdout, stderr: () => written.stderr };
}
