import { FakeEmulator } from "./fake-emulator.ts";
import { recordingView } from "./recording-view.ts";

/** The dependencies of a use case that runs notebooks on an existing host. */
export function runDeps(folder: string) {
  const { signal } = new AbortController();
  return {
    cwd: folder,
    env: {},
    emulator: new FakeEmulator(),
    fetch,
    view: recordingView(),
    warn: () => {},
    signal,
    leaveNow: signal,
  };
}
