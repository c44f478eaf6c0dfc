// The entrance for the host and its app, including code of the app that names the public account
// (`UseDevelopmentStorage=true`, or its published key). A secret in the first line proves who connects, so the system
// need not be asked about the user. A web page cannot write that line, and other users do not know the secret.

import net, { type Socket } from "node:net";
import { isSameSecret } from "@same-kit/shared";
import type { AzuriteService } from "../endpoints.ts";
import { MAX_GREETING_BYTES, parseGreeting } from "../entrance-greeting.ts";

const GREETING_TIMEOUT_MS = 5000;
const LINE_FEED = "\n".charCodeAt(0);

/** @param admit - Takes over a connection, with everything that follows the greeting. */
export function createEntrance(secret: string, admit: (service: AzuriteService, socket: Socket) => void): net.Server {
  return net.createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.setTimeout(GREETING_TIMEOUT_MS, () => socket.destroy());
    readLine(socket, (line) => {
      const greeting = line === undefined ? undefined : parseGreeting(line);
      if (greeting === undefined || !isSameSecret(greeting.secret, secret)) return void socket.destroy();
      socket.setTimeout(0);
      admit(greeting.service, socket);
    });
  });
}

/**
 * Reads up to the first line break and puts back what follows it; calls `onLine` with `undefined` if no line break
 * arrives in time.
 */
function readLine(socket: Socket, onLine: (line: string | undefined) => void): void {
  let read: Buffer = Buffer.alloc(0);
  const onReadable = () => {
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
      read = Buffer.concat([read, chunk]);
    }
    const end = read.indexOf(LINE_FEED) + 1;
    if (end === 0 && read.length <= MAX_GREETING_BYTES) return;
    socket.off("readable", onReadable);
    if (end === 0 || end > MAX_GREETING_BYTES) return onLine(undefined);
    if (end < read.length) socket.unshift(read.subarray(end));
    onLine(read.toString("latin1", 0, end));
  };
  socket.on("readable", onReadable);
}
