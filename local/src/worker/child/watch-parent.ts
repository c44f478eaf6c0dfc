import { Worker } from "node:worker_threads";

const LATER_MS = 2000;

// In a separate thread without our preload, because the main thread may be busy forever.
const WATCHER = `
  const { workerData: ppid } = require("node:worker_threads");
  setInterval(() => process.ppid !== ppid && process.kill(process.pid, "SIGKILL"), 1000);
`;

/**
 * Ends this process when its parent is gone, even if the app's code never yields and so cannot notice the channel
 * closing. Windows does not report a changed parent; there, only the channel decides.
 */
export function watchParent({ isOwnApp }: { isOwnApp: boolean }): void {
  if (process.platform === "win32") return;
  const workerData = process.ppid;
  const start = () => void new Worker(WATCHER, { eval: true, execArgv: [], env: {}, workerData }).unref();
  // A thread costs as much processor time as all else that a worker loads, and our own app does not block while it loads.
  if (isOwnApp) setTimeout(start, LATER_MS).unref();
  else start();
}
