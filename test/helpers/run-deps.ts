import { FakeEmulator } from "./fake-emulator.ts";
import { recordingView } from "./recording-view.ts";

/** What a use case is given that runs notebooks on a host that is there already. */
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
