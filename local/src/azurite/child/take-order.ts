import { closeSync, openSync, truncateSync } from "node:fs";
import type { Order, ParentMessage } from "./child-options.ts";

/** Waits until a spare process is told what it is for. If its parent exits before that, it ends. */
export async function takeOrder(): Promise<Order> {
  const leave = () => process.exit(0);
  if (!process.connected) leave();
  process.once("disconnect", leave);
  const order = await new Promise<Order>((resolve) => {
    const onMessage = (message: ParentMessage) => {
      if (message.kind !== "open") return;
      process.off("message", onMessage);
      resolve(message);
    };
    process.on("message", onMessage);
  });
  process.off("disconnect", leave);
  redirectOutput(order.logFile);
  // What others see of this process: as if it had been started with its options.
  process.title = [process.execPath, process.argv[1], JSON.stringify(order.options)].join(" ");
  return order;
}

/** The system gives a file the lowest free descriptor: the one that was closed just before. */
function redirectOutput(logFile: string): void {
  for (const descriptor of [1, 2]) {
    closeSync(descriptor);
    const opened = openSync(logFile, "a", 0o600);
    if (opened !== descriptor) throw new Error(`The output cannot be redirected: ${opened} is not ${descriptor}.`);
  }
  truncateSync(logFile);
}
