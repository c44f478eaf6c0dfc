import { expect, test } from "vitest";
import type { BootOptions } from "../../../toolkit/src/ports.ts";
import { localUp } from "../../../toolkit/src/usecases/local-up.ts";
import { FakeEmulator } from "../../helpers/fake-emulator.ts";

const OPTIONS = {} as Omit<BootOptions, "onLog" | "signal">;
const unused = () => {};

/** Ctrl-C during a start that fails with `error`, or because of it. */
async function interrupt(error?: Error): Promise<void> {
  const emulator = new FakeEmulator();
  const interrupting = new AbortController();
  emulator.boot = async ({ signal }) => {
    interrupting.abort(new Error("Interrupted by SIGINT."));
    throw error ?? signal?.reason;
  };
  await localUp(OPTIONS, { emulator, onReady: unused, onLog: unused, signal: interrupting.signal });
}

test("Ctrl-C during the start ends it without an error", async () => {
  await expect(interrupt()).resolves.toBeUndefined();
});

test("another error of a start that was interrupted is reported", async () => {
  await expect(interrupt(new Error("The port is taken."))).rejects.toThrow("The port is taken.");
});
